using System.Globalization;

namespace SandboxActors.Core;

/// <summary>The smallest and the largest size that an option takes, both allowed.</summary>
/// <param name="Minimum">In bytes.</param>
/// <param name="Maximum">In bytes.</param>
public readonly record struct SizeBounds(ulong Minimum, ulong Maximum)
{
    /// <summary>Tests a size.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside; the message names the option and both bounds.</exception>
    public void Check(ulong size, string option)
    {
        if (size < Minimum || size > Maximum)
        {
            throw new ArgumentOutOfRangeException(
                option, size, string.Create(CultureInfo.InvariantCulture, $"{option} must be at least {Minimum} and at most {Maximum} bytes, not {size}."));
        }
    }
}
