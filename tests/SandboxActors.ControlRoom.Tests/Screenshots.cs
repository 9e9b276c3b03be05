using ControlRoom;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>Takes the pictures of the documentation: the page as it looks under the demo load, light and dark.</summary>
internal static class Screenshots
{
    private const int Seconds = 110; // so that the charts are nearly full
    private const int Poisoned = 4; // so that there is something to see

    /// <param name="directory">Where they go: control-room.png and control-room-dark.png.</param>
    public static async Task TakeAsync(string directory)
    {
        Directory.CreateDirectory(directory);
        await using Room room = await Room.OpenAsync(200, options => options with { HasDemoLoad = true });
        await using FeedReader feed = await FeedReader.OpenAsync(room.Stranger);
        await feed.ReadUntilAsync(() => feed.Points.Count >= Seconds);
        string sandbox = feed.Cells.Values.First(cell => cell is { State: CellState.Idle, Poisonings: > 0, Name: not "sandbox-001" }).Name;

        var browser = new Browser();
        try
        {
            RoomPage light = await OpenAsync(room, browser, sandbox, ColorScheme.Light);
            RoomPage dark = await OpenAsync(room, browser, sandbox, ColorScheme.Dark);
            await feed.ReadUntilAsync(() => feed.Cells.Values.Count(cell => cell.State == CellState.Poisoned) >= Poisoned);
            await TakeAsync(light, Path.Combine(directory, "control-room.png"));
            await TakeAsync(dark, Path.Combine(directory, "control-room-dark.png"));
        }
        finally
        {
            await browser.DisposeAsync();
        }
    }

    private static async Task<RoomPage> OpenAsync(Room room, Browser browser, string sandbox, ColorScheme scheme)
    {
        RoomPage page = await room.OpenPageAsync(browser, change: options =>
        {
            options.ViewportSize = new ViewportSize { Width = 1440, Height = 960 };
            options.DeviceScaleFactor = 1.5f;
            options.ColorScheme = scheme;
            options.ReducedMotion = ReducedMotion.Reduce;
        });
        await page.Cell(sandbox).ClickAsync();
        await page.CallAsync("Add", "2", "3");
        await page.ExpectOutcomeAsync("Add returned 5.");
        await Expect(page.Page.Locator("#latency canvas")).ToBeVisibleAsync();
        return page;
    }

    private static Task<byte[]> TakeAsync(RoomPage page, string file) => page.Page.ScreenshotAsync(new PageScreenshotOptions { Path = file });
}
