using System.Diagnostics.CodeAnalysis;
using SandboxActors.Core;
using SandboxActors.Core.Calls;

namespace SandboxActors;

/// <summary>
/// What reaches a sandbox past its mailbox: the kill and the preemption of its call in flight, and the news that it has stopped. One for each sandbox
/// actor, for all its life; restores and rebuilds do not change it. Safe from any thread: of the sandbox it uses nothing but what any thread may use
/// at any time.
/// </summary>
/// <remarks>
/// Kill: the actor publishes each sandbox that it builds by a volatile write, after it is complete and before it starts a call on it; a killer reads
/// it by a volatile read. So a killer sees a complete sandbox, and one that reads an earlier one did so before the first call on the new one started:
/// it finds nothing running, which is what a kill that comes before a call is promised.
/// <para>
/// Close: whoever stops the sandbox sets the flag, then kills; the actor starts a call, then looks at the flag, and does not run the guest if it is
/// set. With a full fence between write and read on both sides at least one of them sees the other, so no guest runs on in an actor that shall stop.
/// </para>
/// </remarks>
[SuppressMessage(
    "Reliability",
    "CA1001",
    Justification = "The source has no timer and no wait handle, so there is nothing to free; and late callers must find it cancelled, not disposed.")]
internal sealed class SandboxLifeline(string name) : IAnswering, IPreemptible, IInterruptListener
{
    private readonly CancellationTokenSource _stopped = new();
    private readonly TaskCompletionSource _whenStopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Sandbox? _sandbox;
    private volatile GuestMessageQueue? _messages;
    private volatile bool _closing;
    private int _reason = (int)SandboxStopReason.Requested;

    /// <summary>The sandbox's name.</summary>
    public string Name { get; } = name;

    /// <summary>Whether the sandbox shall stop, so that no guest may run any more.</summary>
    public bool IsClosing => _closing;

    /// <summary>Cancelled when the sandbox has stopped: whoever waits for a reply waits for this too.</summary>
    public CancellationToken Stopped => _stopped.Token;

    /// <summary>Completes when the sandbox has stopped and its machine is gone.</summary>
    public Task WhenStopped => _whenStopped.Task;

    /// <summary>Why the sandbox stopped, or shall.</summary>
    public SandboxStopReason StopReason => (SandboxStopReason)Volatile.Read(ref _reason);

    /// <summary>What the actor counts, in all its incarnations. Touched by the actor alone.</summary>
    public SandboxCounters Counters { get; } = new();

    /// <summary>Requests that wait for the sandbox.</summary>
    public int Waiting => _messages?.Waiting ?? 0;

    /// <summary>What a caller gets whose request will not be served any more.</summary>
    public Exception StoppedException() => new SandboxStoppedException(Name, StopReason);

    /// <summary>Makes the machine that the actor has built the one that kills go to.</summary>
    public void Publish(Sandbox sandbox)
    {
        sandbox.InterruptHandle.Listener = this;
        _sandbox = sandbox;
    }

    /// <summary>For the actor: where its messages wait.</summary>
    public void Attach(GuestMessageQueue messages) => _messages = messages;

    /// <summary>Ends the call in flight.</summary>
    public Task<KillOutcome> Kill()
    {
        if (_sandbox is not { } sandbox) return Task.FromResult(KillOutcome.NothingRunning);
        return sandbox.InterruptHandle.Kill();
    }

    /// <summary>Has the step in progress end, so that its actor goes on with its mailbox; the call goes on in its turn.</summary>
    public void Preempt() => _sandbox?.Preempt();

    /// <summary>Ends the call in flight and lets none begin: for a sandbox whose actor is about to be stopped.</summary>
    public void Close(SandboxStopReason reason)
    {
        Interlocked.CompareExchange(ref _reason, (int)reason, (int)SandboxStopReason.Requested);
        _closing = true;
        Interlocked.MemoryBarrier();
        _sandbox?.InterruptHandle.Kill();
    }

    /// <summary>For the actor, when it has started a call: whether it may run the guest.</summary>
    public bool MayRun()
    {
        Interlocked.MemoryBarrier();
        return !_closing;
    }

    /// <summary>The sandbox has stopped: fails whatever still waits for it, and whatever will. Any number of times.</summary>
    public void MarkStopped()
    {
        _closing = true;
        _sandbox = null; // a reference to a sandbox that has stopped shall not keep its last snapshot alive
        _messages = null;
        _stopped.Cancel();
        _whenStopped.TrySetResult();
    }

    /// <summary>
    /// The call in flight has been asked to end, by a kill, its timeout, its budget or its caller: if it waits for its next slice, it waits behind
    /// nobody from now on.
    /// </summary>
    void IInterruptListener.InterruptRequested() => _messages?.HurryStep();
}
