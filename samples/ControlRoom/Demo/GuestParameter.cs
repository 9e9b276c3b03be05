using System.Globalization;
using System.Numerics;
using SandboxActors.Wire;

namespace ControlRoom;

/// <summary>A parameter of a guest function.</summary>
/// <param name="Name">What the page calls it.</param>
/// <param name="Type">Its type.</param>
/// <param name="Example">What stands in its field at first.</param>
internal sealed record GuestParameter(string Name, GuestValueType Type, string Example)
{
    /// <exception cref="ArgumentException">It is not of the type.</exception>
    public GuestValue Parse(string? typed) => Type switch
    {
        _ when typed is null => throw new ArgumentException($"{Name} is missing."),
        GuestValueType.Int32 => Number<int>(typed),
        GuestValueType.UInt32 => Number<uint>(typed),
        GuestValueType.String => typed,
        _ => throw new ArgumentException($"A {Type} cannot be typed."),
    };

    private T Number<T>(string typed)
        where T : INumber<T> =>
        T.TryParse(typed, NumberStyles.Integer, CultureInfo.InvariantCulture, out T? number)
            ? number
            : throw new ArgumentException($"'{typed}' is no {Type}, which {Name} must be.");
}
