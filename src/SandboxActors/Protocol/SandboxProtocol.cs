using System.Collections.Immutable;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// What a <see cref="SandboxActor"/> understands and answers. A request gets exactly one reply, told to its sender: the one named with it, or
/// <see cref="Failed"/>. <see cref="SandboxRef"/> is the typed front of it.
/// </summary>
public static class SandboxProtocol
{
    /// <summary>Calls a guest function. Answered by <see cref="Completed"/>.</summary>
    /// <param name="Function">The guest function.</param>
    /// <param name="ReturnType">The type of its result.</param>
    /// <param name="Arguments">Its arguments. Byte arrays among them must not be changed any more.</param>
    [SuppressMessage("Naming", "CA1716", Justification = "Call is the field's own word; it is a keyword in Visual Basic alone, where brackets help.")]
    public sealed record Call(string Function, GuestValueType ReturnType, ImmutableArray<GuestValue> Arguments) : IRequest
    {
        /// <summary>
        /// What bounds it. Timeout and token hold from the moment that it is sent: a call that is given up while it waits for its turn does not run,
        /// and is answered by <see cref="Failed"/> with a <see cref="TimeoutException"/> or an <see cref="OperationCanceledException"/>.
        /// </summary>
        public CallOptions Options { get; init; } = CallOptions.None;

        /// <summary>
        /// Whether the call ends with its sender: the sandbox watches it, and when it has gone, the call is given up or ended as one that its caller
        /// has cancelled.
        /// </summary>
        public bool EndsWithCaller { get; init; }

        /// <summary>The host function that the call was made from, if any.</summary>
        internal HostCallScope? Origin { get; init; }

        /// <summary>The caller's span, if somebody listens: the call's is inside of it, whenever its turn comes.</summary>
        internal Activity? Span { get; init; }

        /// <summary>Whether anything may end it before its guest function does.</summary>
        internal bool IsBounded => EndsWithCaller || !ReferenceEquals(Options, CallOptions.None);

        /// <summary>
        /// Whether it may be handed to the guest together with others: what bounds a call, or says where it comes from, is for one alone.
        /// </summary>
        internal bool IsBatchable => Origin is null && !IsBounded;

        /// <summary>It, as a sandbox takes it.</summary>
        internal GuestInvocation Invocation => new(Function, ReturnType, Arguments.AsMemory());
    }

    /// <summary>Takes a snapshot. Answered by <see cref="SnapshotTaken"/>.</summary>
    public sealed record TakeSnapshot : IRequest
    {
        /// <summary>The one instance needed.</summary>
        public static TakeSnapshot Instance { get; } = new();

        /// <summary>The caller's span, if somebody listens.</summary>
        internal Activity? Span { get; init; }
    }

    /// <summary>Goes back to a snapshot. Answered by <see cref="Done"/>.</summary>
    /// <param name="Snapshot">A snapshot of this sandbox.</param>
    public sealed record Restore(Snapshot Snapshot) : IRequest
    {
        /// <summary>The caller's span, if somebody listens.</summary>
        internal Activity? Span { get; init; }
    }

    /// <summary>Maps a file into the guest. Answered by <see cref="Mapped"/>.</summary>
    /// <param name="Path">The file.</param>
    /// <param name="Start">Where the guest shall see it.</param>
    /// <param name="Access">Read, or read and execute.</param>
    public sealed record MapFile(string Path, GuestAddress Start, MemoryAccess Access) : IRequest;

    /// <summary>Maps host memory into the guest. Answered by <see cref="Done"/>.</summary>
    /// <param name="Start">Where the guest shall see it.</param>
    /// <param name="Memory">The memory; it stays its owner's.</param>
    /// <param name="Access">Read, or read and execute.</param>
    public sealed record MapRegion(GuestAddress Start, HostMemory Memory, MemoryAccess Access) : IRequest;

    /// <summary>Writes the guest, as it rests between two calls, into a core file. Answered by <see cref="Done"/>.</summary>
    /// <param name="Path">The file; one that is there is replaced.</param>
    public sealed record GenerateCrashDump(string Path) : IRequest;

    /// <summary>Asks what the actor is doing; answered between the steps of a call too. Answered by <see cref="Status"/>.</summary>
    public sealed record GetStatus
    {
        /// <summary>The one instance needed.</summary>
        public static GetStatus Instance { get; } = new();
    }

    /// <summary>A call has its result.</summary>
    /// <param name="Value">The result.</param>
    public sealed record Completed(GuestValue Value);

    /// <summary>A snapshot was taken.</summary>
    /// <param name="Snapshot">The snapshot.</param>
    public sealed record SnapshotTaken(Snapshot Snapshot);

    /// <summary>A file was mapped.</summary>
    /// <param name="Length">The length of the mapping in bytes.</param>
    public sealed record Mapped(ulong Length);

    /// <summary>What was asked for is done, and there is nothing more to say.</summary>
    public sealed record Done
    {
        /// <summary>The one instance needed.</summary>
        public static Done Instance { get; } = new();
    }

    /// <summary>What the actor is doing.</summary>
    /// <param name="Report">All of it.</param>
    public sealed record Status(SandboxReport Report);

    /// <summary>What was asked for has failed.</summary>
    /// <param name="Cause">Why: one of the exceptions of a <see cref="Sandbox"/>, a <see cref="SandboxStoppedException"/> or a
    /// <see cref="SandboxOverloadedException"/>.</param>
    public sealed record Failed(Exception Cause);

    /// <summary>What waits its turn in the mailbox while a call runs or the sandbox is poisoned, in order and up to the sandbox's limit.</summary>
    internal interface IRequest;

    /// <summary>The mailbox to its actor: a caller whose calls end with it.</summary>
    /// <param name="Caller">The caller.</param>
    internal sealed record WatchCaller(IActorRef Caller);

    /// <summary>The actor to itself: the next step of a call.</summary>
    /// <param name="CallNumber">Which call; one that has ended takes no step.</param>
    internal sealed record Step(long CallNumber);

    /// <summary>The supervisor's answer to a poisoning: go back to a snapshot.</summary>
    /// <param name="Episode">Which poisoning.</param>
    /// <param name="Attempt">The how manieth heal in a row.</param>
    /// <param name="Snapshot">The snapshot.</param>
    internal sealed record HealByRestore(long Episode, int Attempt, Snapshot Snapshot);

    /// <summary>The supervisor's answer to a poisoning: build the machine anew.</summary>
    /// <param name="Episode">Which poisoning.</param>
    /// <param name="Attempt">The how manieth heal in a row.</param>
    internal sealed record HealByRebuild(long Episode, int Attempt);
}
