using System.Net.ServerSentEvents;
using System.Text.Json;
using ControlRoom;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>A client of the feed: reads when it is told to, and knows what it was told.</summary>
internal sealed class FeedReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Stream _stream;
    private readonly IAsyncEnumerator<SseItem<FeedMessage>> _messages;

    private FeedReader(Stream stream)
    {
        _stream = stream;
        _messages = SseParser
            .Create(stream, (_, data) => JsonSerializer.Deserialize<FeedMessage>(data, JsonSerializerOptions.Web)!)
            .EnumerateAsync()
            .GetAsyncEnumerator();
    }

    /// <summary>The sandboxes, as they were told last.</summary>
    public Dictionary<string, CellView> Cells { get; } = [];

    /// <summary>All poisonings that were told.</summary>
    public List<Poisoning> Poisonings { get; } = [];

    /// <summary>All seconds that were told.</summary>
    public List<RatePoint> Points { get; } = [];

    public static async Task<FeedReader> OpenAsync(HttpClient client) =>
        new(await client.GetStreamAsync(new Uri("api/feed", UriKind.Relative)));

    /// <summary>Reads one message.</summary>
    public async Task<FeedMessage> ReadAsync()
    {
        Assert.True(await _messages.MoveNextAsync().AsTask().WaitAsync(Patience), "The feed has ended.");
        FeedMessage message = _messages.Current.Data;
        if (message.IsWhole) Cells.Clear();
        foreach (string name in message.Removed) Cells.Remove(name);
        foreach (CellView cell in message.Cells) Cells[cell.Name] = cell;
        Poisonings.AddRange(message.Poisonings);
        Points.AddRange(message.Points);
        return message;
    }

    /// <summary>Reads until something is so.</summary>
    public async Task ReadUntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!isSo())
        {
            patience.Token.ThrowIfCancellationRequested();
            await ReadAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync(); // first: a read that still waits ends with it
        await _messages.DisposeAsync();
    }
}
