using System.Threading.Channels;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// The items between a guest, which is paused while it is full, and a consumer, who waits while it is empty. One writer: a guest yields one item at a
/// time; one reader.
/// </summary>
/// <remarks>
/// Ended by the consumer who leaves: from then on, and for the item that waits for room, the guest is told that no more are wanted. Ended by the
/// call, whose last item is here before its end is told, or by an item that cannot be: then the consumer still gets what lies here.
/// </remarks>
internal sealed class ItemBuffer(string function, GuestValueType type, int capacity)
{
    private readonly Channel<GuestValue> _channel = Channel.CreateBounded<GuestValue>(new BoundedChannelOptions(capacity)
    {
        SingleReader = true,
        SingleWriter = true,
        AllowSynchronousContinuations = false, // the consumer's code runs on no guest thread
    });

    private volatile StreamItemTypeException? _failure;

    /// <summary>The consumer's end.</summary>
    public ChannelReader<GuestValue> Reader => _channel.Reader;

    /// <summary>Why there are no more items, when the reader has come to the end and it was an item that could not be.</summary>
    public StreamItemTypeException? Failure => _failure;

    /// <summary>The guest's end: completes when there was room.</summary>
    /// <returns>False if no more are wanted.</returns>
    /// <exception cref="StreamItemTypeException">The item is of another type. It is the last: a guest may handle its error, but the consumer shall
    /// not take what comes without it for the whole.</exception>
    public ValueTask<bool> OfferAsync(GuestValue item)
    {
        if (item.Type == type) return _channel.Writer.TryWrite(item) ? ValueTask.FromResult(true) : WaitAsync(item);
        var failure = new StreamItemTypeException(function, type, item.Type);
        _failure ??= failure;
        End();
        throw failure;
    }

    /// <summary>No more will come, or none is wanted.</summary>
    public void End() => _channel.Writer.TryComplete();

    private async ValueTask<bool> WaitAsync(GuestValue item)
    {
        while (await _channel.Writer.WaitToWriteAsync().ConfigureAwait(false))
            if (_channel.Writer.TryWrite(item)) return true;
        return false;
    }
}
