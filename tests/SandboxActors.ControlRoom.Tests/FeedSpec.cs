using ControlRoom;

namespace SandboxActors.ControlRoom.Tests;

public sealed class FeedSpec
{
    [Fact]
    public async Task Whoever_connects_is_told_everything_first()
    {
        await using Room room = await Room.OpenAsync(4);
        await room.CallAsync("sandbox-002", "guest_panic", "before you came");

        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        FeedMessage first = await feed.ReadAsync();

        Assert.True(first.IsWhole);
        Assert.Equal(["sandbox-001", "sandbox-002", "sandbox-003", "sandbox-004"], first.Cells.Select(cell => cell.Name));
        Assert.Equal("panic: before you came", Assert.Single(first.Poisonings).Reason);
    }

    [Fact]
    public async Task From_then_on_it_is_told_what_has_changed()
    {
        await using Room room = await Room.OpenAsync(4);
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        await feed.ReadAsync();

        await room.CallAsync("sandbox-003", "DivideByZero");
        var told = new List<FeedMessage>();
        while (feed.Cells["sandbox-003"].Heals == 0) told.Add(await feed.ReadAsync());

        Assert.DoesNotContain(told, message => message.IsWhole);
        Assert.All(told.SelectMany(message => message.Cells), cell => Assert.Equal("sandbox-003", cell.Name));
        Assert.Equal(nameof(SandboxActors.Core.PoisonReason.Faulted), Assert.Single(feed.Poisonings).Kind);
    }

    [Fact]
    public async Task One_who_reads_late_is_told_of_many_changes_at_once()
    {
        await using Room room = await Room.OpenAsync(1, options => options with { Backoff = TimeSpan.FromMilliseconds(1) });
        await using IAsyncEnumerator<FeedMessage> late = room.ReadFeed();
        Assert.True(await late.MoveNextAsync());

        for (int time = 0; time < 60; time++) await room.CallAsync("sandbox-001", "guest_panic", "again");
        await using FeedReader prompt = await FeedReader.OpenAsync(room.Stranger);
        await prompt.ReadUntilAsync(() => prompt.Cells.GetValueOrDefault("sandbox-001")?.Heals == 60);
        Assert.True(await late.MoveNextAsync());
        FeedMessage message = late.Current;

        Assert.Equal(60, Assert.Single(message.Cells).Heals);
        Assert.Equal(Poisonings.Capacity, message.Poisonings.Count);
        Assert.Equal(60, message.Poisonings[^1].Number);
    }

    [Fact]
    public async Task One_that_stopped_is_told_of()
    {
        await using Room room = await Room.OpenAsync(2);
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);

        Outcome outcome = await room.ActAsync("sandbox-001", "stop");
        await feed.ReadUntilAsync(() => feed.Cells.GetValueOrDefault("sandbox-001")?.State == CellState.Stopped);

        Assert.True(outcome.Succeeded);
        Assert.Equal(CellState.Idle, feed.Cells["sandbox-002"].State);
    }

    [Fact]
    public async Task What_is_measured_is_told_second_by_second()
    {
        await using Room room = await Room.OpenAsync(1);
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);

        await room.CallAsync("sandbox-001", "Add", "2", "3");
        await feed.ReadUntilAsync(() => feed.Points.Any(point => point.Calls > 0));

        RatePoint busy = feed.Points.First(point => point.Calls > 0);
        Assert.NotNull(busy.Median);
        Assert.Equal(Enumerable.Range(0, feed.Points.Count).Select(step => feed.Points[0].Time + step), feed.Points.Select(point => point.Time));
    }
}
