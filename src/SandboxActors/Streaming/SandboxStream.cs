using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SandboxActors.Core;
using SandboxActors.Core.Calls;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>The items that a guest function yields: each enumeration is one call, which is sent when its first item is asked for.</summary>
internal sealed class SandboxStream<T> : IAsyncEnumerable<T>
{
    private readonly SandboxRef _sandbox;
    private readonly string _function;
    private readonly StreamOptions _options;
    private readonly ImmutableArray<GuestValue> _arguments;

    public SandboxStream(SandboxRef sandbox, string function, StreamOptions options, ImmutableArray<GuestValue> arguments)
    {
        _sandbox = sandbox;
        _function = function;
        _options = options;
        _arguments = arguments;
        _ = ResultType<T>.Type; // a type that cannot pass is found by the one who gave it
    }

    /// <inheritdoc />
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => EnumerateAsync(cancellationToken).GetAsyncEnumerator(default);

    private async IAsyncEnumerable<T> EnumerateAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var buffer = new ItemBuffer(ResultType<T>.Type, _options.Capacity);
        var either = CancellationTokenSource.CreateLinkedTokenSource(_options.Call.Cancellation, cancellation);
        CancellationToken token = either.Token; // taken now: the source goes when the call ends
        Task call = CallAsync(buffer, either);
        try
        {
            while (await buffer.Reader.WaitToReadAsync(token).ConfigureAwait(false))
            {
                while (buffer.Reader.TryRead(out GuestValue item))
                {
                    yield return ResultType<T>.Read(item);

                    // Each by itself: when the call has ended, and items are left, nothing joins them any more.
                    cancellation.ThrowIfCancellationRequested();
                    _options.Call.Cancellation.ThrowIfCancellationRequested();
                }
            }

            await call.ConfigureAwait(false);
        }
        finally
        {
            buffer.End(); // of one who left early: the guest's next yield is told
        }
    }

    /// <summary>The call behind an enumeration, which has its own end, whatever becomes of the consumer.</summary>
    private async Task CallAsync(ItemBuffer buffer, CancellationTokenSource either)
    {
        CallOptions options = _options.Call with { Cancellation = either.Token, Items = buffer.OfferAsync };
        try
        {
            await _sandbox.CallAsync(_function, options, _arguments.AsSpan()).ConfigureAwait(false);
        }
        catch (GuestCallCancelledException ended) when (either.IsCancellationRequested)
        {
            throw new OperationCanceledException($"The stream of '{_function}' was cancelled, and its guest ended.", ended, either.Token);
        }
        finally
        {
            buffer.End();
            either.Dispose();
        }
    }
}
