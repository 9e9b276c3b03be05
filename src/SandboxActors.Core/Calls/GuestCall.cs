using SandboxActors.Core.Calls;
using SandboxActors.Core.Telemetry;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>
/// One call of a guest function, or several handed over together: a resumable activity. <see cref="Step"/> runs it on until it has completed or
/// failed, was preempted, or waits for a host function's task. It belongs to the sandbox's one caller.
/// </summary>
public sealed class GuestCall
{
    private readonly Sandbox _sandbox;

    internal GuestCall(Sandbox sandbox) => _sandbox = sandbox;

    internal GuestCall(Sandbox sandbox, CallBatch batch)
        : this(sandbox)
    {
        Batch = batch;
        batch.Describe(this);
    }

    /// <summary>The guest function; in a batch that of the call in hand.</summary>
    public string Function { get; internal set; } = string.Empty;

    /// <summary>The type of result asked for; in a batch that of the call in hand.</summary>
    public GuestValueType ReturnType { get; internal set; }

    /// <summary>Which call of a batch is in hand: how many before it have been answered. 0 for a single call.</summary>
    public int Index => Batch?.InHand ?? 0;

    /// <summary>Whether the call has completed or failed.</summary>
    public bool IsFinished { get; internal set; }

    /// <summary>Bytes of the encoded call, size prefix included.</summary>
    internal int InputLength { get; set; }

    /// <summary>The batch, if it is one.</summary>
    internal CallBatch? Batch { get; }

    /// <summary>Whether this is the guest's start, which ends without a message.</summary>
    internal bool IsInitialization { get; init; }

    /// <summary>Whether it is handed over without an exit, if that can be.</summary>
    internal bool IsExitless { get; set; }

    /// <summary>Since when it runs, if that is measured; in a batch since the batch was handed over.</summary>
    internal Timing Timing { get; set; }

    /// <summary>Its span, if somebody listens; stays when the call has ended.</summary>
    internal CallSpan? Span { get; set; }

    /// <summary>Whether it is one of those that are counted and measured.</summary>
    internal bool IsObserved => !IsInitialization && _sandbox.IsObserved;

    /// <summary>The clock that it goes by.</summary>
    internal TimeProvider Time => _sandbox.Time;

    /// <summary>The host function whose task the guest waits for, if there is one.</summary>
    internal PendingHostCall? Pending { get; set; }

    /// <summary>What bounds the call; null if nothing does.</summary>
    internal CallLimits? Limits { get; set; }

    /// <summary>What ends the guest's start when it takes too long; null for every other call.</summary>
    internal CallEnder? StartEnder { get; set; }

    /// <summary>Where the items go that the guest yields; null if it may not.</summary>
    internal ItemStream? Items { get; private set; }

    /// <summary>What the sandbox was before the call; null if the call's changes are kept however it ends.</summary>
    internal Snapshot? Before { get; private set; }

    /// <summary>Whether to go back to that though the call completes.</summary>
    internal bool LeavesNoTrace { get; private set; }

    /// <summary>Makes it a call that begins. One that has ended may become another one, if nobody else knows it.</summary>
    internal GuestCall Become(string function, GuestValueType returnType, int inputLength)
    {
        Function = function;
        ReturnType = returnType;
        InputLength = inputLength;
        IsExitless = false;
        IsFinished = false;
        Timing = default;
        Span = null;
        return this;
    }

    /// <summary>Says what is to become of the call's changes, and where its items go.</summary>
    internal void Bind(Snapshot? before, bool leavesNoTrace, ItemStream? items) => (Before, LeavesNoTrace, Items) = (before, leavesNoTrace, items);

    /// <summary>Has the time that the call may take stand, or go on: nothing if it does so already.</summary>
    internal void LetTimeStand(bool stands)
    {
        if (stands)
        {
            Limits?.StopClock();
            StartEnder?.Stop();
        }
        else
        {
            Limits?.GoOn();
            StartEnder?.GoOn();
        }
    }

    /// <summary>The call has ended: it lets go of what it held.</summary>
    internal void End()
    {
        IsFinished = true;
        Limits = null;
        AbandonPending();
        Bind(before: null, leavesNoTrace: false, items: null);
    }

    /// <summary>What a host function comes to is not for the guest any more.</summary>
    internal void AbandonPending()
    {
        Pending?.Observation.End(SandboxMeter.HostFunctionDuration, MeterTags.Abandoned);
        Pending = null;
    }

    /// <summary>Runs the guest on until there is something to say.</summary>
    /// <exception cref="SandboxBusyException">Another operation on the sandbox is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    /// <exception cref="InvalidOperationException">The call has already completed or failed.</exception>
    public GuestStep Step() => _sandbox.Step(this);
}
