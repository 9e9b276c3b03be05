using System.Diagnostics;

namespace SandboxActors.Core;

/// <summary>The call poisoned the sandbox: the guest was not run to its end. One derived type for each thing that a caller can act on.</summary>
public abstract class GuestPoisonException : SandboxException
{
    private protected GuestPoisonException(string function, PoisonReason reason, Exception? inner = null)
        : base($"Guest function '{function}' poisoned its sandbox: {reason}.", inner)
    {
        Function = function;
        Reason = reason;
    }

    /// <summary>The guest function that was called.</summary>
    public string Function { get; }

    /// <summary>The cause.</summary>
    public PoisonReason Reason { get; }

    /// <summary>
    /// Where the guest stood, and how it had come there. Null only where the machine failed after the guest had come to its end.
    /// </summary>
    public CrashReport? CrashReport { get; internal set; }

    /// <summary>As for any exception, with the crash report behind it.</summary>
    public override string ToString() => CrashReport is null ? base.ToString() : $"{base.ToString()}\n{CrashReport}";

    /// <summary>The exception for a cause.</summary>
    internal static GuestPoisonException For(string function, PoisonReason reason) => reason switch
    {
        PoisonReason.Panicked panic => new GuestAbortedException(function, panic, panic.Code),
        PoisonReason.Aborted abort => new GuestAbortedException(function, abort, abort.Code),
        PoisonReason.HeapExhausted or PoisonReason.HeapCorrupted => new GuestHeapException(function, reason),
        PoisonReason.StackOverflowed or PoisonReason.StackCorrupted => new GuestStackException(function, reason),
        PoisonReason.MemoryViolation violation => new GuestMemoryViolationException(function, violation),
        PoisonReason.Faulted exception => new GuestFaultException(function, exception),
        PoisonReason.Killed killed => new GuestKilledException(function, killed),
        PoisonReason.DeadlineExceeded deadline => new GuestDeadlineExceededException(function, deadline),
        PoisonReason.CpuBudgetExceeded budget => new GuestCpuBudgetExceededException(function, budget),
        PoisonReason.CallerCancelled cancelled => new GuestCallCancelledException(function, cancelled),
        PoisonReason.PortViolation violation => new GuestPortViolationException(function, violation),
        PoisonReason.InvalidMessage message => new GuestProtocolException(function, message),
        PoisonReason.UnexpectedExit exit => new UnexpectedExitException(function, exit),
        PoisonReason.HostFailed failure => new HostFailedException(function, failure),
        _ => throw new UnreachableException(reason.Kind),
    };
}
