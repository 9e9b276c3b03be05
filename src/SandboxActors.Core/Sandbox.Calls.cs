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
        RunToEnd(Start(function, returnType, arguments));

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
        RunToEnd(Start(function, returnType, options, arguments));

    /// <summary>Calls a guest function and rolls back whatever it changed, however it ended: the call leaves no trace.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public T CallWithoutTrace<T>(string function, params ReadOnlySpan<GuestValue> arguments) =>
        ResultType<T>.Read(InvokeWithoutTrace(function, ResultType<T>.Type, arguments));

    /// <summary>Calls a guest function that returns nothing, and rolls back whatever it changed, however it ended.</summary>
    /// <inheritdoc cref="Call{T}(string, ReadOnlySpan{GuestValue})"/>
    public void CallWithoutTrace(string function, params ReadOnlySpan<GuestValue> arguments) => InvokeWithoutTrace(function, GuestValueType.Void, arguments);

    private GuestValue InvokeWithoutTrace(string function, GuestValueType returnType, ReadOnlySpan<GuestValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(function);
        GuestCall call;
        using (_gate.Enter())
        {
            ThrowIfNotReady();
            call = StartInside(function, returnType, CallOptions.None, arguments, StatePolicy.RollBackAlways);
        }

        return RunToEnd(call);
    }

    private static GuestValue RunToEnd(GuestCall call)
    {
        while (true)
        {
            GuestStep step = call.Step();
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
        }
    }
}
