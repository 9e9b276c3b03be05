using SandboxActors.Core.Calls;
using SandboxActors.Wire;

namespace SandboxActors.Core;

// Whole calls: the loop over steps, for a caller with a thread to spare.
public sealed partial class Sandbox
{
    /// <summary>Calls a guest function and waits for its result.</summary>
    /// <typeparam name="T">The type of its result: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="GuestErrorException">The guest function reported an error; the sandbox is healthy.</exception>
    /// <exception cref="GuestCallRefusedException">Unknown function, wrong count or type, too large; the sandbox is healthy.</exception>
    /// <exception cref="GuestPoisonException">The guest was not run to its end; the sandbox is poisoned.</exception>
    /// <exception cref="PoisonedSandboxException">The sandbox was poisoned before.</exception>
    /// <exception cref="UnrecoverableSandboxException">A restore failed half way.</exception>
    /// <exception cref="SandboxBusyException">Another operation is in progress; also what a host function gets that calls its own
    /// sandbox.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot pass between host and guest.</exception>
    public T Call<T>(string function, params ReadOnlySpan<GuestValue> arguments) => ResultType<T>.Read(Invoke(function, ResultType<T>.Type, arguments));

    /// <summary>Calls a guest function that returns nothing.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public void Call(string function, params ReadOnlySpan<GuestValue> arguments) => Invoke(function, GuestValueType.Void, arguments);

    /// <summary>Calls a guest function whose types are known only as values.</summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public GuestValue Invoke(string function, GuestValueType returnType, params ReadOnlySpan<GuestValue> arguments) =>
        Invoke(function, returnType, CallOptions.None, arguments, _parts.Options.StatePolicy);

    /// <summary>Calls a guest function with bounds, and waits for its result.</summary>
    /// <typeparam name="T">The type of its result: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="function">The guest function.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <exception cref="OperationCanceledException">The options' token was cancelled before the call started; the sandbox is as it was.</exception>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public T Call<T>(string function, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        ResultType<T>.Read(Invoke(function, ResultType<T>.Type, options, arguments));

    /// <summary>Calls a guest function that returns nothing, with bounds.</summary>
    /// <inheritdoc cref="Call{T}(string, CallOptions, ReadOnlySpan{GuestValue})"/>
    public void Call(string function, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        Invoke(function, GuestValueType.Void, options, arguments);

    /// <summary>Calls a guest function whose types are known only as values, with bounds.</summary>
    /// <param name="function">The guest function.</param>
    /// <param name="returnType">The type of its result.</param>
    /// <param name="options">Its bounds.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <inheritdoc cref="Call{T}(string, CallOptions, ReadOnlySpan{GuestValue})"/>
    public GuestValue Invoke(string function, GuestValueType returnType, CallOptions options, params ReadOnlySpan<GuestValue> arguments) =>
        Invoke(function, returnType, options, arguments, _parts.Options.StatePolicy);

    /// <summary>Calls a guest function and rolls back whatever it changed, however it ended: the call leaves no trace.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public T CallWithoutTrace<T>(string function, params ReadOnlySpan<GuestValue> arguments) =>
        ResultType<T>.Read(Invoke(function, ResultType<T>.Type, CallOptions.None, arguments, StatePolicy.RollBackAlways));

    /// <summary>Calls a guest function that returns nothing, and rolls back whatever it changed, however it ended.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public void CallWithoutTrace(string function, params ReadOnlySpan<GuestValue> arguments) =>
        Invoke(function, GuestValueType.Void, CallOptions.None, arguments, StatePolicy.RollBackAlways);

    // Start and first step in one: nobody gets to see the call, so the sandbox has one object for all of these.
    private GuestValue Invoke(
        string function, GuestValueType returnType, CallOptions options, ReadOnlySpan<GuestValue> arguments, StatePolicy policy)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        GuestCall call;
        GuestStep step;
        KillRequest? kill;
        using (_gate.Enter())
        {
            ThrowIfNotReady();
            options.Cancellation.ThrowIfCancellationRequested();
            call = StartInside(_ownCall ??= new GuestCall(this), function, returnType, options, arguments, policy);
            step = StepInside(call, out kill);
        }

        kill?.Tell(killed: step.Failure is GuestEndedException);
        return step.Kind == GuestStepKind.Completed ? step.Value : RunToEnd(call, step);
    }

    private static GuestValue RunToEnd(GuestCall call, GuestStep step)
    {
        while (true)
        {
            switch (step.Kind)
            {
                case GuestStepKind.Completed: return step.Value;
                case GuestStepKind.Failed: throw step.Failure!;
                case GuestStepKind.Waiting:
                    step.Waiting!.Wait();
                    break;
                case GuestStepKind.Preempted: break;
                default: throw new InvalidOperationException($"A step ended as {step.Kind}.");
            }

            step = call.Step();
        }
    }
}
