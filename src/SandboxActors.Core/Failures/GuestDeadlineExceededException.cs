namespace SandboxActors.Core;

/// <summary>The call took longer than it may.</summary>
public sealed class GuestDeadlineExceededException : GuestEndedException
{
    internal GuestDeadlineExceededException(string function, PoisonReason.DeadlineExceeded reason)
        : base(function, reason)
    {
    }
}
