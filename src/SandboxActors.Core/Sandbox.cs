using System.Diagnostics;
using SandboxActors.Core.Calls;
using SandboxActors.Core.Exitless;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Telemetry;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>
/// A guest with a state of its own, in a machine of its own whenever it runs. It serves one caller at a time and refuses a second one; only <see cref="InterruptHandle"/>,
/// <see cref="Preempt"/>, <see cref="Status"/> and
/// <see cref="Dispose"/> may be used while a call is running. Made by <see cref="SandboxBuilder"/>.
/// </summary>
public sealed partial class Sandbox : IDisposable
{
    private static long _lastId;

    private readonly SandboxDefinitionParts _parts;
    private readonly SandboxGate _gate;
    private readonly ExitlessPolicy? _exitless;

    // All owned by the operation inside the gate.
    private List<WeakReference<MappedFile>>? _files;
    private GuestCall? _activeCall;
    private GuestCall? _ownCall;
    private Snapshot? _current;
    private readonly GoldenMemory? _golden;
    private readonly Presence? _presence;
    private DirtyPageCount? _dirtyPages;
    private bool _takesBatches;
    private volatile PoisonReason? _poison;
    private volatile bool _unrecoverable;

    /// <summary>Makes a sandbox that has no micro-VM, and no state yet.</summary>
    private Sandbox(SandboxDefinitionParts parts)
    {
        Id = Interlocked.Increment(ref _lastId);
        _parts = parts;
        _gate = new SandboxGate(this);
        _exitless = parts.PollCounts > 0 ? new ExitlessPolicy(parts.Options.ExitlessPoll.GetValueOrDefault(), parts.Time) : null;
        InterruptHandle = new InterruptHandle(IsObserved ? parts.Time : null);
        _presence = IsObserved ? new Presence() : null;
    }

    /// <summary>A number that no other sandbox of this process has or had.</summary>
    public long Id { get; }

    /// <summary>What the sandbox can be asked to do. From any thread.</summary>
    public SandboxStatus Status =>
        _gate.IsGone ? SandboxStatus.Disposed :
        _unrecoverable ? SandboxStatus.Unrecoverable :
        _poison is not null ? SandboxStatus.Poisoned : SandboxStatus.Ready;

    /// <summary>Whether the sandbox refuses everything but restore and dispose.</summary>
    public bool Poisoned => Status == SandboxStatus.Poisoned;

    /// <summary>What poisoned the sandbox, or null. From any thread.</summary>
    public PoisonReason? PoisonReason => _poison;

    /// <summary>Ends the call in flight, from any thread.</summary>
    public InterruptHandle InterruptHandle { get; }

    /// <summary>The regions mapped into the guest, from the lowest address up.</summary>
    public IReadOnlyList<MappedRegion> MappedRegions => _vm is { } vm ? vm.Regions.All : _current?.Regions ?? [];

    /// <summary>Whether it is one of those that are counted and measured.</summary>
    internal bool IsObserved => !_parts.IsTrial;

    // Whether it is to be counted how many pages the next call writes to.
    private bool IsCountDue => SandboxMeter.CallDirtyPages.Enabled && IsObserved && _dirtyPages is not { IsDue: false };

    /// <summary>The clock that its calls go by.</summary>
    internal TimeProvider Time => _parts.Time;

    /// <summary>The machine, if its guest may stay inside between calls: for tests.</summary>
    internal ExitlessMachine? Exitless => _vm?.Exitless;

    /// <summary>Whether input and output buffer hold nothing but zeros: for tests.</summary>
    internal bool BuffersAreClean => _vm is not { } vm || vm.Memory.BuffersAreClean();

    /// <summary>Has the step in progress end as <see cref="GuestStepKind.Preempted"/>; if there is none, the next one. From any thread.</summary>
    /// <exception cref="MachineException">The system refused to signal the guest's thread; try again.</exception>
    public void Preempt() => InterruptHandle.Preempt();

    /// <summary>
    /// Starts a call. It runs when it is stepped: <see cref="GuestCall.Step"/>. Until it has completed or failed, the sandbox takes no other.
    /// </summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="arguments">Its arguments; copied before this returns.</param>
    /// <exception cref="GuestCallRefusedException">The call cannot be encoded or does not fit the input buffer.</exception>
    /// <exception cref="MachineException">The system refused a machine, a snapshot, or a look at what was written; nothing was started.</exception>
    /// <exception cref="PoisonedSandboxException">The sandbox is poisoned.</exception>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public GuestCall Start(string function, GuestValueType returnType, params ReadOnlySpan<GuestValue> arguments) =>
        Start(function, returnType, CallOptions.None, arguments);

    /// <summary>Starts a call that is bounded. Its time runs from now on, whether it is stepped or not.</summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="arguments">Its arguments; copied before this returns.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time that is not positive, or longer than 49 days.</exception>
    /// <exception cref="OperationCanceledException">The options' token is cancelled already; nothing was started, and the sandbox is as it
    /// was.</exception>
    /// <inheritdoc cref="Start(string, GuestValueType, ReadOnlySpan{GuestValue})"/>
    public GuestCall Start(string function, GuestValueType returnType, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        StartIn(function, returnType, options, trace: default, arguments);

    /// <summary>Starts a call whose span is inside of another one than the current.</summary>
    internal GuestCall StartIn(string function, GuestValueType returnType, CallOptions options, ActivityContext trace, ReadOnlySpan<GuestValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        using SandboxGate.Scope inside = _gate.Enter();
        ThrowIfNotReady();
        options.Cancellation.ThrowIfCancellationRequested();
        return StartInside(new GuestCall(this), function, returnType, options, arguments, _parts.Options.StatePolicy, trace);
    }

    /// <summary>Makes a sandbox and starts its guest: runs it until it is ready for calls.</summary>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    /// <exception cref="GuestPoisonException">The guest died, or took longer than the timeout; nothing is left behind.</exception>
    internal static Sandbox Start(SandboxDefinitionParts parts)
    {
        var sandbox = new Sandbox(parts);
        try
        {
            sandbox.StartGuest();
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>One step of the active call: <see cref="GuestCall.Step"/>.</summary>
    internal GuestStep Step(GuestCall call)
    {
        GuestStep step;
        KillRequest? kill;
        using (_gate.Enter())
        {
            if (call != _activeCall) throw new InvalidOperationException("The call has already completed or failed.");
            step = StepInside(call, out kill);
        }

        // Outside the gate, so that who learns of the kill can go on with the sandbox at once.
        kill?.Tell(killed: step.Failure is GuestEndedException);
        return step;
    }

    /// <summary>
    /// Frees the machine and its memory. While an operation is in progress on another thread its guest is broken off, and it is that operation that
    /// disposes, as it ends.
    /// </summary>
    /// <exception cref="MachineException">The guest could not be broken off; the operation still disposes when it ends, and dispose may be tried
    /// again.</exception>
    public void Dispose()
    {
        try
        {
            _gate.Close(InterruptHandle);
        }
        finally
        {
            // Of a host function that is at work meanwhile: its sandbox goes when it returns.
            InterruptHandle.CancelToken();
        }
    }

    private GuestCall StartInside(
        GuestCall call, string function, GuestValueType returnType, CallOptions options, ReadOnlySpan<GuestValue> arguments, StatePolicy policy,
        ActivityContext trace = default)
    {
        if (_activeCall is not null) throw new SandboxBusyException();
        MicroVm vm = _vm ?? OwnVm;
        Snapshot? before = policy == StatePolicy.Keep ? null : TakeSnapshot();
        if (IsCountDue) (_dirtyPages ??= new DirtyPageCount(_parts.Time)).Begin(vm.Memory.Pages);
        int length = WriteCall(vm, function, returnType, arguments);
        _current = null;
        _activeCall = call.Become(function, returnType, length);
        if (_exitless is not null && policy == StatePolicy.Keep && options.Items is null) StartExitless(call, vm.Exitless!);
        call.Bind(before, policy == StatePolicy.RollBackAlways, options.Items is { } items ? new ItemStream(items) : null);
        long number = InterruptHandle.Begin();
        options = options.Within(_parts.Options.CallTimeout, _parts.Options.CallCpuBudget);
        if (options != CallOptions.None) call.Limits = new CallLimits(options, InterruptHandle, number, _parts.Time);
        CallMeter.Begin(call);
        if (SandboxSource.IsListenedTo) call.Span = CallSpan.Begin(this, function, trace, vm.Memory.Words);
        return call;
    }

    private static int WriteCall(MicroVm vm, string function, GuestValueType returnType, ReadOnlySpan<GuestValue> arguments)
    {
        try
        {
            return vm.Input.WriteCall(function, returnType, arguments);
        }
        catch (GuestCallRefusedException)
        {
            CallMeter.Refuse();
            throw;
        }
    }

    private void StartExitless(GuestCall call, ExitlessMachine machine)
    {
        call.IsExitless = _exitless!.Begin(machine.IsGuestLooking);
        if (call.IsExitless) machine.Prepare(_parts.PollCounts);
    }

    private GuestStep StepInside(GuestCall call, out KillRequest? kill)
    {
        kill = null;
        GuestStep step = _runner!.Run(call);
        if (step.Kind is not (GuestStepKind.Completed or GuestStepKind.Failed)) return step;
        call.Limits?.Dispose();
        _activeCall = null;
        kill = InterruptHandle.End();
        step = CleanUp(call, step);
        if (step.Kind == GuestStepKind.Failed) _vm!.Debugged?.EndCall();
        if (_poison is not null) _exitless?.Forget();
        else _exitless?.End(hasPaid: call.IsExitless && _vm!.Exitless!.HasPaid);
        CallMeter.End(call, step);
        call.Span?.End(step);
        call.End();
        CountStaleInterrupts();
        NoteUse();
        return step;
    }

    private void StartGuest()
    {
        TakeVm(vm => vm.LoadStart(_parts.Options.MinimumLogLevel));
        long number = InterruptHandle.Begin();
        _activeCall = new GuestCall(this) { IsInitialization = true }.Become("(start)", GuestValueType.Boolean, inputLength: 0);
        // Not by the builder's clock, which may be one that stands.
        using var ender = new CallEnder(InterruptHandle, number, CallEnd.Killed, TimeProvider.System);
        ender.EndAfter(_parts.Options.InitializationTimeout);
        _activeCall.StartEnder = ender;
        _takesBatches = RunToEnd(_activeCall, _activeCall.Step()).AsBoolean();
    }

    /// <summary>Leaves buffers, status and state as a call that ended like this shall leave them.</summary>
    private GuestStep CleanUp(GuestCall call, GuestStep step)
    {
        try
        {
            bool failed = step.Kind == GuestStepKind.Failed || call.Batch is { HasFailed: true };
            if (step.Failure is GuestPoisonException poison)
            {
                StopGuest(); // which may still write, where its answer came without an exit
                Poison(poison);
            }

            SandboxMemory memory = _vm!.Memory;
            if (_dirtyPages is { IsCounting: true } count) count.End(memory.Pages);
            memory.CleanInput();
            if (call.Batch is not null) memory.ClearAnswerHeader();
            if (failed) memory.CleanOutput();
            if (call.Before is not null && (failed || call.LeavesNoTrace)) PutBack(call.Before, call.Span?.Context ?? default);
            return step;
        }
        catch (MachineException failure)
        {
            // The buffers may be dirty and nobody can tell; a sandbox whose machine fails is not called again.
            if (_poison is null) BecomePoisoned(new PoisonReason.HostFailed(failure));
            return step.Failure is null ? GuestStep.Failed(GuestPoisonException.For(call.Function, _poison!)) : step;
        }
        catch (RestoreFailedException failure)
        {
            // The status says unrecoverable; the caller gets the call's own failure, if it had one.
            return step.Failure is null ? GuestStep.Failed(failure) : step;
        }
    }

    // One that may still be inside, though nobody calls it any more. If that fails no other sandbox gets the machine.
    private void StopGuest()
    {
        try
        {
            _vm?.Exitless?.Stop();
        }
        catch (MachineException)
        {
            _isSuspect = true;
        }
    }

    private void ThrowIfNotReady()
    {
        if (_unrecoverable) throw new UnrecoverableSandboxException();
        if (_poison is { } reason) throw new PoisonedSandboxException(reason);
    }

    private void BecomePoisoned(PoisonReason reason)
    {
        _poison = reason;
        _presence?.SetPoisoned(true);
        if (IsObserved) SandboxMeter.Poisons.Add(1, MeterTags.KindOf(reason));
    }

    private void Abandon(GuestCall call)
    {
        call.Limits?.Dispose();
        InterruptHandle.Abandon();
        call.AbandonPending();
        CallMeter.Abandon(call);
        call.Span?.Abandon();
        _activeCall = null;
    }

    /// <summary>Runs once, when nobody is inside the gate any more.</summary>
    internal void Release()
    {
        if (_activeCall is { } call) Abandon(call);
        _debugServer?.Dispose();
        StopGuest();
        ReturnVm();
        _presence?.Dispose();
        foreach (WeakReference<MappedFile> file in _files ?? [])
            if (file.TryGetTarget(out MappedFile? mapped)) mapped.Dispose();
    }
}
