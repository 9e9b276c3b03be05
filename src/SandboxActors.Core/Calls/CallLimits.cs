namespace SandboxActors.Core.Calls;

/// <summary>What bounds one call, at work: from its start to its end. The caller's, but for the clocks that run beside it.</summary>
internal sealed class CallLimits : IDisposable
{
    private readonly CallOptions _options;
    private readonly CallEnder? _deadline;
    private readonly CallEnder? _canceller;
    private readonly CancellationTokenRegistration _registration;

    /// <summary>Arms what the options ask for.</summary>
    public CallLimits(CallOptions options, InterruptHandle handle, long call, TimeProvider time)
    {
        _options = options;
        if (options.CpuBudget is { } budget) Cpu = new CpuBudget(budget, new CallEnder(handle, call, CallEnd.CpuBudgetExceeded, time), time);
        if (options.Timeout is { } timeout)
        {
            _deadline = new CallEnder(handle, call, CallEnd.DeadlineExceeded, time);
            TimeSpan left = timeout - options.Waited;
            _deadline.EndAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        }

        if (!options.Cancellation.CanBeCanceled) return;
        _canceller = new CallEnder(handle, call, CallEnd.CallerCancelled, time);
        _registration = options.Cancellation.UnsafeRegister(static ender => ((CallEnder)ender!).End(), _canceller);
    }

    /// <summary>The guest's processor time, if it is bounded.</summary>
    public CpuBudget? Cpu { get; }

    /// <summary>The cause of poison for a call that was asked to end.</summary>
    public static PoisonReason ReasonFor(CallEnd end, CallLimits? limits) => end switch
    {
        CallEnd.DeadlineExceeded => new PoisonReason.DeadlineExceeded(limits!._options.Timeout.GetValueOrDefault()),
        CallEnd.CpuBudgetExceeded => new PoisonReason.CpuBudgetExceeded(limits!._options.CpuBudget.GetValueOrDefault()),
        CallEnd.CallerCancelled => new PoisonReason.CallerCancelled(),
        _ => new PoisonReason.Killed(),
    };

    /// <summary>Stops the clock of the deadline while the guest is held by a debugger; that of its processor time stands anyway while it does not run.</summary>
    public void StopClock() => _deadline?.Stop();

    /// <summary>Has the clock go on; nothing if it does not stand.</summary>
    public void GoOn() => _deadline?.GoOn();

    /// <summary>The call has ended. Does not wait for a callback in progress: it would find nothing to end.</summary>
    public void Dispose()
    {
        _registration.Unregister();
        _deadline?.Dispose();
        _canceller?.Dispose();
        Cpu?.Dispose();
    }
}
