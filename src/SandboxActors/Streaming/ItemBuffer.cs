using System.Globalization;
using System.Threading.Channels;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// The items between a guest, which is paused while it is full, and a consumer, who waits while it is empty. One writer: a guest yields one item at a
/// time; one reader.
/// </summary>
/// <remarks>
/// Ended by the consumer who leaves: from then on, and for the item that waits for room, the guest is told that no more are wanted. Ended by the call,
/// whose last item is here before its end is told: then the consumer still gets what lies here.
/// </remarks>
internal sealed class ItemBuffer(GuestValueType type, int capacity)
{
    private readonly Channel<GuestValue> _channel = Channel.CreateBounded<GuestValue>(new BoundedChannelOptions(capacity)
    {
        SingleReader = true,
        SingleWriter = true,
        AllowSynchronousContinuations = false, // the consumer's code runs on no guest thread
    });

    /// <summary>The consumer's end.</summary>
    public ChannelReader<GuestValue> Reader => _channel.Reader;

    /// <summary>The guest's end: completes when there was room.</summary>
    /// <returns>False if no more are wanted.</returns>
    /// <exception cref="InvalidOperationException">The item is of another type.</exception>
    public ValueTask<bool> OfferAsync(GuestValue item)
    {
        if (item.Type != type) throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"the items of this stream are {type}, not {item.Type}"));
        return _channel.Writer.TryWrite(item) ? ValueTask.FromResult(true) : WaitAsync(item);
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
