using Akka.Actor;

namespace SandboxActors;

/// <summary>
/// A reply to one request: an address that a request is sent from, good for one message, and the task of what comes. Far cheaper than a general ask,
/// since it needs neither a timer nor a registered name; never left hanging, since the end of the one who was asked completes it too.
/// </summary>
internal sealed class Reply<T> : MinimalActorRef
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<object, T> _read;
    private readonly ReplyAddress _address;
    private readonly IAnswering _asked;
    private readonly CancellationTokenRegistration _registration;

    /// <param name="address">What replies have in common.</param>
    /// <param name="asked">Who will answer, as long as it lives.</param>
    /// <param name="read">Takes the result out of the reply; throws if it is a failure.</param>
    public Reply(ReplyAddress address, IAnswering asked, Func<object, T> read)
    {
        _address = address;
        _asked = asked;
        _read = read;

        // Before the request is sent, so that a stop in between is not missed; on a token already cancelled this completes at once.
        _registration = asked.Stopped.UnsafeRegister(
            static state =>
            {
                var reply = (Reply<T>)state!;
                reply._completion.TrySetException(reply._asked.StoppedException());
            },
            this);
    }

    /// <summary>The result.</summary>
    public Task<T> Task => _completion.Task;

    /// <inheritdoc />
    public override ActorPath Path => _address.Path;

    /// <inheritdoc />
    public override IActorRefProvider Provider => _address.Provider;

    /// <inheritdoc />
    protected override void TellInternal(object message, IActorRef sender)
    {
        _registration.Unregister();
        try
        {
            _completion.TrySetResult(_read(message));
        }
        catch (OperationCanceledException cancelled)
        {
            _completion.TrySetCanceled(cancelled.CancellationToken);
        }
#pragma warning disable CA1031 // Not swallowed: it is the task's outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _completion.TrySetException(exception);
        }
    }
}
