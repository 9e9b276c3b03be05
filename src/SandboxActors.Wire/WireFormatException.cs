namespace SandboxActors.Wire;

/// <summary>Bytes that came from the other side are no message. The text says what is wrong and contains nothing that the other side wrote.</summary>
public sealed class WireFormatException : Exception
{
    /// <summary>A malformed message.</summary>
    public WireFormatException()
        : base("The bytes are not a message.")
    {
    }

    /// <summary>A malformed message, and what is wrong with it.</summary>
    public WireFormatException(string message)
        : base(message)
    {
    }

    /// <summary>A malformed message, what is wrong with it, and what had noticed.</summary>
    public WireFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
