using System.Globalization;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// What poisoned a sandbox. Closed: each cause is a type of its own, and no two share one. Messages are guest-controlled text, as the guest wrote it;
/// as a string a cause is fit to be shown: on one line, and without control characters.
/// </summary>
public abstract record PoisonReason
{
    private PoisonReason()
    {
    }

    /// <summary>A short name of the cause, the same for every instance: for counting.</summary>
    public string Kind => GetType().Name;

    /// <summary>The guest panicked.</summary>
    /// <param name="Code">The panic's code; 8 (unknown) unless the guest gave another.</param>
    /// <param name="Message">The guest's words.</param>
    public sealed record Panicked(int Code, string Message) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"panic: {GuestText.Escape(Message)}";
    }

    /// <summary>The guest gave up with a code of its own.</summary>
    /// <param name="Code">The guest's code.</param>
    /// <param name="Message">The guest's words.</param>
    public sealed record Aborted(int Code, string Message) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"abort with code {Code}: {GuestText.Escape(Message)}");
    }

    /// <summary>The guest's heap is exhausted.</summary>
    /// <param name="Message">The guest's words.</param>
    public sealed record HeapExhausted(string Message) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"heap exhausted: {GuestText.Escape(Message)}";
    }

    /// <summary>The guest's allocator found its own data damaged.</summary>
    /// <param name="Message">The guest's words.</param>
    public sealed record HeapCorrupted(string Message) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"heap corrupted: {GuestText.Escape(Message)}";
    }

    /// <summary>A guest function overwrote its own stack frame (its stack cookie changed).</summary>
    /// <param name="Message">The guest's words.</param>
    public sealed record StackCorrupted(string Message) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"stack corrupted: {GuestText.Escape(Message)}";
    }

    /// <summary>The guest ran into the guard pages below its stack.</summary>
    /// <param name="Fault">The page fault.</param>
    public sealed record StackOverflowed(GuestFault Fault) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"stack overflow at {Fault.Address} (instruction {Fault.InstructionPointer})";
    }

    /// <summary>The guest touched memory that it may not touch in that way.</summary>
    /// <param name="Fault">The page fault: address, access, instruction.</param>
    /// <param name="Permitted">What the guest may do at that address.</param>
    public sealed record MemoryViolation(GuestFault Fault, MemoryAccess Permitted) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() =>
            $"memory violation: {Fault.Access} at {Fault.Address}, where {Permitted} is permitted (instruction {Fault.InstructionPointer})";
    }

    /// <summary>The guest raised another CPU exception.</summary>
    /// <param name="Fault">Vector, error code, instruction.</param>
    public sealed record Faulted(GuestFault Fault) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"CPU exception {Fault.Vector} (error code 0x{Fault.ErrorCode:x}) at instruction {Fault.InstructionPointer}");
    }

    /// <summary>Somebody on the host killed the call.</summary>
    public sealed record Killed : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => "killed by the host";
    }

    /// <summary>The call took longer than it may.</summary>
    /// <param name="Timeout">How long it may take.</param>
    public sealed record DeadlineExceeded(TimeSpan Timeout) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"took longer than {Timeout.TotalMilliseconds:0.###} ms");
    }

    /// <summary>The guest ran longer, in one call, than it may; what host functions took is not counted.</summary>
    /// <param name="Budget">How long it may run.</param>
    public sealed record CpuBudgetExceeded(TimeSpan Budget) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() =>
            string.Create(CultureInfo.InvariantCulture, $"used more than its {Budget.TotalMilliseconds:0.###} ms of processor time");
    }

    /// <summary>Who had called cancelled the call.</summary>
    public sealed record CallerCancelled : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => "cancelled by the caller";
    }

    /// <summary>The guest used a port that it does not have, or one of its own in a way that is not the protocol's.</summary>
    /// <param name="Port">The port.</param>
    /// <param name="Instruction">The instruction where known, else zero.</param>
    public sealed record PortViolation(ushort Port, GuestAddress Instruction) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"port violation: port 0x{Port:x} (instruction {Instruction})");
    }

    /// <summary>The guest sent something that is not a message.</summary>
    /// <param name="Detail">What was wrong with it.</param>
    public sealed record InvalidMessage(string Detail) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"invalid message: {GuestText.Escape(Detail)}";
    }

    /// <summary>The guest left the machine in a way that no guest of ours can.</summary>
    /// <param name="Exit">The exit.</param>
    public sealed record UnexpectedExit(VmExit Exit) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture, $"unexpected exit: {Exit.Kind} (address {Exit.Address}, detail {Exit.Detail})");
    }

    /// <summary>
    /// The host itself failed in the middle of the call (the machine refused, or a log sink threw), so that the guest was not run to its end.
    /// </summary>
    /// <param name="Cause">What failed.</param>
    public sealed record HostFailed(Exception Cause) : PoisonReason
    {
        /// <inheritdoc />
        public override string ToString() => $"the host failed: {GuestText.Escape(Cause.Message)}";
    }
}
