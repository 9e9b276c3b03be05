using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// A guest yielded an item of another type than its stream has. The stream ends here, after the items before; the guest was told, and the sandbox is
/// healthy.
/// </summary>
public sealed class StreamItemTypeException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="function">The guest function that was called.</param>
    /// <param name="expected">The type of the stream's items.</param>
    /// <param name="actual">The type of the item.</param>
    public StreamItemTypeException(string function, GuestValueType expected, GuestValueType actual)
        : base($"The items of the stream of '{function}' are {expected}; it yielded one that is {actual}.")
    {
        Function = function;
        Expected = expected;
        Actual = actual;
    }

    /// <summary>The guest function that was called.</summary>
    public string Function { get; }

    /// <summary>The type of the stream's items.</summary>
    public GuestValueType Expected { get; }

    /// <summary>The type of the item.</summary>
    public GuestValueType Actual { get; }
}
