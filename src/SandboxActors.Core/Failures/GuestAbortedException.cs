namespace SandboxActors.Core;

/// <summary>The guest panicked or aborted, with a code and a message of its own.</summary>
public sealed class GuestAbortedException : GuestPoisonException
{
    internal GuestAbortedException(string function, PoisonReason reason, int code)
        : base(function, reason) => Code = code;

    /// <summary>The guest's code; 8 for a panic that gave none.</summary>
    public int Code { get; }
}
