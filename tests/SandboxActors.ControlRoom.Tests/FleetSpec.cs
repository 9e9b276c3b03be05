using ControlRoom;

namespace SandboxActors.ControlRoom.Tests;

public sealed class FleetSpec
{
    private readonly JumpingClock _clock = new();

    [Fact]
    public async Task One_that_stopped_is_shown_for_a_while_and_then_no_more()
    {
        await using Room room = await Room.OpenAsync(2, options => options with { Time = _clock });
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        await room.ActAsync("sandbox-001", "stop");
        await feed.ReadUntilAsync(() => feed.Cells.GetValueOrDefault("sandbox-001")?.State == CellState.Stopped);

        _clock.Advance(Fleet.StoppedIsShown);
        await feed.ReadUntilAsync(() => feed.Cells.Count == 1);

        Assert.Equal(["sandbox-002"], feed.Cells.Keys);
    }

    [Fact]
    public async Task Who_missed_more_removals_than_are_kept_is_told_everything_again()
    {
        const int Sandboxes = Fleet.RemovalsKept + 2;
        await using Room room = await Room.OpenAsync(Sandboxes, options => options with { Time = _clock });
        await using IAsyncEnumerator<FeedMessage> late = room.ReadFeed();
        Assert.True(await late.MoveNextAsync());

        for (int number = 1; number < Sandboxes; number++) await room.ActAsync($"sandbox-{number:000}", "stop");
        await using FeedReader prompt = await FeedReader.OpenAsync(room.Stranger);
        await prompt.ReadUntilAsync(() => prompt.Cells.Values.Count(cell => cell.State == CellState.Stopped) == Sandboxes - 1);
        _clock.Advance(Fleet.StoppedIsShown);
        await prompt.ReadUntilAsync(() => prompt.Cells.Count == 1);

        Assert.True(await late.MoveNextAsync());
        Assert.True(late.Current.IsWhole);
        Assert.Equal($"sandbox-{Sandboxes:000}", Assert.Single(late.Current.Cells).Name);
    }

    [Fact]
    public async Task There_may_be_so_many_and_no_more()
    {
        await using Room room = await Room.OpenAsync(2, options => options with { Capacity = 3 });

        Assert.True((await room.MakeAsync()).Succeeded);
        Outcome refused = await room.MakeAsync();

        Assert.False(refused.Succeeded);
        Assert.Equal("There are 3 sandboxes already, and there may be no more.", refused.Text);
        await room.ActAsync("sandbox-001", "stop");
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        await feed.ReadUntilAsync(() => feed.Cells.GetValueOrDefault("sandbox-001")?.State == CellState.Stopped);
        Assert.True((await room.MakeAsync()).Succeeded);
    }

    [Fact]
    public async Task The_demo_load_shows_everything_that_the_page_can_show()
    {
        await using Room room = await Room.OpenAsync(20, options => options with { HasDemoLoad = true });
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        var states = new HashSet<CellState>();

        await feed.ReadUntilAsync(() =>
        {
            states.UnionWith(feed.Cells.Values.Select(cell => cell.State));
            bool isHealing = feed.Cells.Values.Any(cell => cell.Heals > 0), isMeasured = feed.Points.Any(point => point.Calls > 0);
            return states.Count == Enum.GetValues<CellState>().Length && isHealing && isMeasured;
        });

        await feed.ReadUntilAsync(() => feed.Cells.ContainsKey("sandbox-021")); // one goes, and another comes
    }
}
