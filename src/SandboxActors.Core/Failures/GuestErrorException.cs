using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>A guest function ran and reported an error. The sandbox is healthy.</summary>
public sealed class GuestErrorException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="function">The guest function that was called.</param>
    /// <param name="code">The code that the guest gave.</param>
    /// <param name="message">The message that the guest gave; it is guest-controlled text.</param>
    public GuestErrorException(string function, GuestErrorCode code, string message)
        : base(message)
    {
        Function = function;
        Code = code;
    }

    /// <summary>The guest function that was called.</summary>
    public string Function { get; }

    /// <summary>The code that the guest gave; it need not be one of the named ones.</summary>
    public GuestErrorCode Code { get; }
}
