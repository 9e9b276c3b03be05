using System.Text.RegularExpressions;
using ControlRoom;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

[Collection(nameof(OneBrowser))]
public sealed class CellSpec(Browser browser)
{
    [SkippableFact]
    public async Task A_cell_changes_colour_when_its_sandbox_is_poisoned_and_again_when_it_heals()
    {
        await using Room room = await Room.OpenAsync(change: options => options with { Backoff = TimeSpan.FromSeconds(4) });
        RoomPage page = await room.OpenPageAsync(browser, change: options => options.ReducedMotion = ReducedMotion.Reduce); // no colours on their way
        await page.RecordAsync("sandbox-002");

        await room.CallAsync("sandbox-002", "guest_panic", "once"); // is healed at once
        await room.CallAsync("sandbox-002", "guest_panic", "twice"); // waits
        await page.ExpectLookAsync("sandbox-002", "poisoned");

        string idle = $"idle {await page.ColorAsync("--idle")}";
        await page.ExpectRecordedLatestAsync($"poisoned {await page.ColorAsync("--poisoned")}", $"healed {await page.ColorAsync("--healed")}", idle);
        Assert.Equal(idle, (await page.RecordedAsync())[0]);
        await page.ExpectLookAsync("sandbox-001", "idle");
        Assert.Empty(page.Errors);
    }

    [SkippableFact]
    public async Task A_heal_that_is_over_before_anybody_could_look_is_seen_all_the_same()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);

        await room.CallAsync("sandbox-001", "DivideByZero");

        await page.ExpectLookAsync("sandbox-001", "healed");
    }

    [SkippableFact]
    public async Task A_cell_shows_that_its_guest_runs_for_as_long_as_it_does()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);

        Task spin = room.CallAsync("sandbox-003", "Spin");

        await page.ExpectLookAsync("sandbox-003", "running");
        await room.ActAsync("sandbox-003", "kill");
        await spin;
        await page.ExpectLookAsync("sandbox-003", "healed");
    }

    [SkippableFact]
    public async Task Two_people_see_the_same()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage one = await room.OpenPageAsync(browser);
        RoomPage other = await room.OpenPageAsync(browser, withToken: false);

        await one.Cell("sandbox-002").ClickAsync();
        await one.CallAsync("guest_panic", "seen by both");

        await Expect(one.Poisonings.First).ToContainTextAsync("seen by both");
        await Expect(other.Poisonings.First).ToContainTextAsync("seen by both");
        await other.ExpectLookAsync("sandbox-002", "healed");
        await one.Button("Stop").ClickAsync();
        await other.ExpectLookAsync("sandbox-002", "stopped");
    }

    [SkippableFact]
    public async Task Figures_and_charts_show_what_is_measured()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);

        await room.CallAsync("sandbox-001", "Add", "2", "3");

        await Expect(page.Page.Locator("#rates canvas")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#latency canvas")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#rates")).ToHaveAttributeAsync("aria-label", new Regex("^In the last second: calls [01], poisonings 0"));
        await Expect(page.Page.Locator("#totals")).ToHaveTextAsync(new Regex(@"^\s*3\s*sandboxes.*\D1\s*calls, all", RegexOptions.Singleline));
        Assert.Empty(page.Errors);
    }

    [SkippableFact]
    public async Task Cells_keep_their_places_and_a_new_one_takes_the_place_of_one_that_went()
    {
        var clock = new JumpingClock();
        await using Room room = await Room.OpenAsync(change: options => options with { Time = clock });
        RoomPage page = await room.OpenPageAsync(browser);
        LocatorBoundingBoxResult second = (await page.Cell("sandbox-002").BoundingBoxAsync())!;

        await room.ActAsync("sandbox-001", "stop");
        await page.ExpectLookAsync("sandbox-001", "stopped");
        clock.Advance(Fleet.StoppedIsShown);
        await Expect(page.Cell("sandbox-001")).ToHaveCountAsync(0);
        Assert.Equal(second.X, (await page.Cell("sandbox-002").BoundingBoxAsync())!.X);
        await room.MakeAsync();

        await page.ExpectLookAsync("sandbox-004", "idle");
        Assert.True((await page.Cell("sandbox-004").BoundingBoxAsync())!.X < second.X);
    }
}
