using System.Collections.Immutable;
using SandboxActors.Core;
using SandboxActors.Core.Calls;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>One enumeration of a stream, and the call behind it. The call has its own end, whatever becomes of the consumer.</summary>
/// <remarks>
/// Written by hand because an iterator of the compiler's cannot be disposed of while an item is being waited for, and a consumer may want to leave
/// just then, as a stage of a stream does whose downstream cancels.
/// </remarks>
internal sealed class StreamEnumerator<T>(
    SandboxRef sandbox, string function, StreamOptions options, ImmutableArray<GuestValue> arguments, CancellationToken cancellation)
    : IAsyncEnumerator<T>
{
    private readonly ItemBuffer _buffer = new(function, ResultType<T>.Type, options.Capacity);
    private CancellationToken _either;
    private Task? _call;
    private volatile bool _hasEnded;

    /// <inheritdoc />
    public T Current { get; private set; } = default!;

    private bool IsCancelled => cancellation.IsCancellationRequested || options.Call.Cancellation.IsCancellationRequested;

    /// <inheritdoc />
    public async ValueTask<bool> MoveNextAsync()
    {
        if (_hasEnded) return false;
        try
        {
            _call ??= Start();

            // Before items that are left: whoever cancels wants none of them.
            ThrowIfCancelled();
            if (await _buffer.Reader.WaitToReadAsync(_either).ConfigureAwait(false) && !_hasEnded && _buffer.Reader.TryRead(out GuestValue item))
            {
                Current = ResultType<T>.Read(item);
                return true;
            }

            if (_hasEnded) return false; // left while it waited here
            if (_buffer.Failure is { } failure) throw failure;
            await _call.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (IsCancelled)
        {
            End();
            ThrowIfCancelled();
        }
        catch
        {
            End();
            throw;
        }

        End();
        return false;
    }

    /// <summary>Wants no more items; may come while one is waited for, who then finds the end. Waits for nobody.</summary>
    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    /// <summary>
    /// The guest's next yield, and the one that waits for room, is told; but of a call that is cancelled the guest does not run again, whichever of
    /// the two comes first.
    /// </summary>
    private void End()
    {
        _hasEnded = true;
        if (!IsCancelled) _buffer.End();
    }

    private Task Start()
    {
        CancellationTokenSource? both = null;
        CancellationToken bound = options.Call.Cancellation;
        if (!cancellation.CanBeCanceled) _either = bound;
        else if (!bound.CanBeCanceled) _either = cancellation;
        else _either = (both = CancellationTokenSource.CreateLinkedTokenSource(bound, cancellation)).Token;

        Task call = CallAsync(both);

        // How it fails is for a consumer who comes to the end; one who has left has said that it does not matter to him.
        if (!call.IsCompleted) _ = call.ContinueWith(static call => call.Exception, TaskContinuationOptions.OnlyOnFaulted);
        return call;
    }

    private async Task CallAsync(CancellationTokenSource? both)
    {
        CallOptions bounds = options.Call with { Cancellation = _either, Items = _buffer.OfferAsync };
        try
        {
            await sandbox.CallAsync(function, bounds, arguments.AsSpan()).ConfigureAwait(false);
        }
        catch (GuestCallCancelledException ended) when (IsCancelled)
        {
            throw Cancelled(ended);
        }
        finally
        {
            _buffer.End();
            both?.Dispose();
        }
    }

    private void ThrowIfCancelled()
    {
        if (IsCancelled) throw Cancelled(inner: null);
    }

    /// <summary>With the token that was cancelled, so that its owner knows it.</summary>
    private OperationCanceledException Cancelled(Exception? inner) => new(
        $"The stream of '{function}' was cancelled.", inner, cancellation.IsCancellationRequested ? cancellation : options.Call.Cancellation);
}
