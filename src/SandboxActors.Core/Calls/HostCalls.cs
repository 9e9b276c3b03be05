using System.Diagnostics;
using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Telemetry;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>Serves a guest's calls of host functions: whatever goes wrong in one is an error that the guest can handle.</summary>
internal sealed class HostCalls(HostFunctionTable functions, InputWriter input, InterruptHandle interrupts, SandboxGate gate)
{
    // The guest's call that is served: one at a time, so one object serves all.
    private readonly FunctionCall _hostCall = new();

    /// <summary>Calls the host function that a guest's message means, and answers.</summary>
    /// <param name="call">The guest's own call.</param>
    /// <param name="body">The message, copied out of guest memory.</param>
    /// <param name="waiting">What the guest waits for, if it cannot run on.</param>
    /// <returns>Whether the guest can run on; if not, the function's task has not completed.</returns>
    /// <exception cref="WireFormatException">The message is none.</exception>
    public bool Serve(GuestCall call, ReadOnlySpan<byte> body, out GuestStep waiting)
    {
        try
        {
            MessageReader.ReadCall(body, functions.Names, _hostCall);
            return _hostCall.Name == GuestAbi.YieldFunction ? ServeYield(call, out waiting) : ServeFunction(call, out waiting);
        }
        finally
        {
            _hostCall.Clear();
        }
    }

    private bool ServeFunction(GuestCall call, out GuestStep waiting)
    {
        waiting = default;
        Observation observation = Observation.OfHostCall(call);
        if (functions.Find(_hostCall, out HostFunction? function) is { } problem)
        {
            input.WriteError(call, problem);
            observation.End(SandboxMeter.HostFunctionDuration, MeterTags.Refused);
            return true;
        }

        HostCallOutcome outcome;
        try
        {
            outcome = Invoke(function!, observation.Span);
        }
#pragma warning disable CA1031 // The promise: an exception in a host function becomes a guest error with its message.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (function!.TakesToken) interrupts.TakeBackToken();
            input.WriteError(call, exception.Message);
            observation.End(SandboxMeter.HostFunctionDuration, MeterTags.Failed);
            return true;
        }

        if (outcome.Pending is null)
        {
            if (function!.TakesToken) interrupts.TakeBackToken();
            input.WriteResult(call, function.Name, outcome.Value);
            observation.End(SandboxMeter.HostFunctionDuration, MeterTags.Completed);
            return true;
        }

        return Await(call, function!, outcome.Pending, observation, out waiting);
    }

    // What the function does is inside of its span, on this thread and behind whatever it awaits.
    private HostCallOutcome Invoke(HostFunction function, Activity? span)
    {
        CancellationToken token = function.TakesToken ? interrupts.LendToken() : default;
        if (span is null) return function.Invoke(_hostCall, token);
        Activity? around = Activity.Current;
        Activity.Current = span.SetTag("sandbox.function", function.Name);
        try
        {
            return function.Invoke(_hostCall, token);
        }
        finally
        {
            Activity.Current = around;
        }
    }

    private bool ServeYield(GuestCall call, out GuestStep waiting)
    {
        waiting = default;
        if (ItemStream.Mismatch(call, _hostCall) is { } problem)
        {
            input.WriteError(call, problem);
            return true;
        }

        if (call.Items!.HasEnded)
        {
            interrupts.Kill(CallEnd.CallerCancelled); // it was told; the runner's next look ends the call
            return true;
        }

        ValueTask<bool> taken;
        try
        {
            taken = call.Items.OfferAsync(_hostCall.Parameters[0]);
        }
#pragma warning disable CA1031 // The promise: an exception in what takes the items becomes a guest error with its message.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            input.WriteError(call, exception.Message);
            return true;
        }

        if (taken.IsCompletedSuccessfully)
        {
            input.WriteResult(call, GuestAbi.YieldFunction, GuestValue.From(taken.Result));
            return true;
        }

        return Await(call, ItemStream.Function, HostTask.FromValueTaskOf(taken, GuestValue.From), observation: default, out waiting);
    }

    private bool Await(GuestCall call, HostFunction function, Task<GuestValue> task, in Observation observation, out GuestStep waiting)
    {
        // However the call ends meanwhile: a task that fails later has been looked at.
        if (!task.IsCompleted) _ = task.ContinueWith(static task => task.Exception, TaskContinuationOptions.OnlyOnFaulted);
        call.Pending = new PendingHostCall(function, task, observation);
        return Resume(call, out waiting);
    }

    /// <summary>Hands the result of a pending host function to the guest, if it is there.</summary>
    /// <returns>Whether the guest can run on; otherwise <paramref name="waiting"/> says what it waits for.</returns>
    public bool Resume(GuestCall call, out GuestStep waiting)
    {
        (HostFunction function, Task<GuestValue> task, Observation observation) = call.Pending!;
        waiting = default;
        if (!task.IsCompleted)
        {
            if (interrupts.Requested != CallEnd.None || gate.IsLeaving) return true; // the runner's next look ends the call
            waiting = GuestStep.WaitingFor(WhenDoneOrKilled(task));
            return false;
        }

        call.Pending = null;
        if (function.TakesToken) interrupts.TakeBackToken();
        if (task.IsCompletedSuccessfully) input.WriteResult(call, function.Name, task.Result);
        else input.WriteError(call, task.Exception?.InnerException?.Message ?? $"host function '{function.Name}' was cancelled");
        observation.End(SandboxMeter.HostFunctionDuration, task.IsCompletedSuccessfully ? MeterTags.Completed : MeterTags.Failed);
        return true;
    }

    /// <summary>Completes, and never faults, when a task has ended or the call is asked to.</summary>
    public Task WhenDoneOrKilled(Task task)
    {
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = task.ContinueWith(
            static (_, state) => ((TaskCompletionSource)state!).TrySetResult(),
            wake,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        interrupts.WakeOnKill(wake);
        return wake.Task;
    }
}
