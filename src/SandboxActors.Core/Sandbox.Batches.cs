using SandboxActors.Core.Calls;
using SandboxActors.Core.Telemetry;

namespace SandboxActors.Core;

// Several calls at one entry, their answers at one exit.
public sealed partial class Sandbox
{
    /// <summary>
    /// Starts the first of some calls, and hands over with it as many of those behind it as can be: they run one after the other, each as if it had
    /// been started when the one before had ended. It runs when it is stepped: <see cref="GuestCall.Step"/>.
    /// </summary>
    /// <remarks>
    /// How calls end is told to <paramref name="answers"/> while the batch is stepped; only the end of the call in hand, which is the first that has
    /// not been told of, is that of a step. If it is the last call, the batch is over. If not, it has poisoned the sandbox: the calls behind it have
    /// not started, and may be started when the sandbox is healed. A guest function that reports an error ends its own call and no other.
    /// <para>
    /// One call alone is started where the guest does not take batches, where the sandbox rolls back by itself or bounds every call, where somebody listens to spans, where it is to be counted how many pages a call writes to, where the first
    /// or the second call cannot be encoded, and where they do not fit: a batch has a buffer of 8 KiB. A kill ends the call in hand.
    /// </para>
    /// </remarks>
    /// <param name="calls">The calls, at least one; copied before this returns.</param>
    /// <param name="answers">Told of the calls that have ended, all but the one in hand.</param>
    /// <param name="taken">How many were handed over: at least one.</param>
    /// <exception cref="GuestCallRefusedException">The first call cannot be encoded or does not fit the input buffer.</exception>
    /// <exception cref="PoisonedSandboxException">The sandbox is poisoned.</exception>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public GuestCall StartBatch(ReadOnlySpan<GuestInvocation> calls, IBatchAnswers answers, out int taken)
    {
        if (calls.IsEmpty) throw new ArgumentException("A batch has at least one call.", nameof(calls));
        ArgumentNullException.ThrowIfNull(answers);
        ArgumentNullException.ThrowIfNull(calls[0].Function, nameof(calls)); // of one behind it its own start says so
        using SandboxGate.Scope inside = _gate.Enter();
        ThrowIfNotReady();
        if (_activeCall is not null) throw new SandboxBusyException();
        taken = 1;
        if (calls.Length > 1 && CanBatch && !IsCountDue && OwnVm.Input.WriteBatch(calls, answers) is { } batch)
        {
            taken = batch.Count;
            _current = null;
            _activeCall = new GuestCall(this, batch);
            InterruptHandle.Begin();
            CallMeter.Begin(_activeCall);
            return _activeCall;
        }

        GuestInvocation first = calls[0];
        return StartInside(new GuestCall(this), first.Function, first.ReturnType, CallOptions.None, first.Arguments.Span, _parts.Options.StatePolicy);
    }

    // What is done before, after or beside each call by itself cannot be done to several at once, and each has a span of its own.
    private bool CanBatch =>
        _takesBatches && !SandboxSource.IsListenedTo && _parts.Options is { StatePolicy: StatePolicy.Keep, CallTimeout: null, CallCpuBudget: null, Debug: null };
}
