using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

[Collection(nameof(OneBrowser))]
public sealed class KeyboardSpec(Browser browser)
{
    [SkippableFact]
    public async Task Arrows_go_from_cell_to_cell_and_only_one_is_in_the_tab_order()
    {
        await using Room room = await Room.OpenAsync(60);
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Cell("sandbox-001").FocusAsync();

        await PressAsync(page, "ArrowRight", "sandbox-002");
        await PressAsync(page, "End", "sandbox-060");
        await PressAsync(page, "ArrowLeft", "sandbox-059");
        await PressAsync(page, "Home", "sandbox-001");
        await PressAsync(page, "ArrowUp", "sandbox-001");
        await page.Page.Keyboard.PressAsync("ArrowDown");

        string below = (await page.Page.EvaluateAsync<string>("() => document.activeElement.dataset.name"))!;
        Assert.NotEqual("sandbox-001", below);
        Assert.Equal(
            await LeftAsync(page.Cell("sandbox-001")),
            await LeftAsync(page.Cell(below)));
        await PressAsync(page, "ArrowUp", "sandbox-001");
        await Expect(page.Page.Locator("#cells [tabindex='0']")).ToHaveCountAsync(1);
    }

    [SkippableFact]
    public async Task Everything_can_be_done_without_a_mouse()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        IKeyboard keyboard = page.Page.Keyboard;
        await page.Cell("sandbox-001").FocusAsync();
        await PressAsync(page, "ArrowRight", "sandbox-002");
        await keyboard.PressAsync("Enter");
        await Expect(page.Details.Locator("h2")).ToBeFocusedAsync();

        await keyboard.PressAsync("c");
        await page.ExpectOutcomeAsync("Add returned 5.");
        await keyboard.PressAsync("s");
        await page.ExpectOutcomeAsync("A snapshot was taken");
        await keyboard.PressAsync("r");
        await page.ExpectOutcomeAsync("as it was at its last snapshot");
        await keyboard.PressAsync("k");
        await page.ExpectOutcomeAsync("No call was in flight.");
        await Expect(page.Announcer).ToHaveTextAsync("sandbox-002, Kill: No call was in flight.");
        await keyboard.PressAsync("Escape");
        await Expect(page.Details).ToBeHiddenAsync();
        await Expect(page.Cell("sandbox-002")).ToBeFocusedAsync();
        await keyboard.PressAsync("x");
        await page.ExpectOutcomeAsync("The sandbox has stopped.");
        await page.ExpectLookAsync("sandbox-002", "stopped");
        Assert.Empty(page.Errors);
    }

    [SkippableFact]
    public async Task Buttons_and_fields_are_reached_by_Tab_and_typing_into_a_field_is_no_shortcut()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        IKeyboard keyboard = page.Page.Keyboard;
        await page.Cell("sandbox-001").FocusAsync();
        await keyboard.PressAsync("Enter");
        await page.Details.Locator("select").SelectOptionAsync("Echo");
        await page.Details.Locator("h2").FocusAsync();
        await keyboard.PressAsync("Tab"); // Close
        await keyboard.PressAsync("Tab"); // the function
        await Expect(page.Details.Locator("select")).ToBeFocusedAsync();
        await keyboard.PressAsync("Tab");
        await keyboard.PressAsync("Control+a");
        await keyboard.TypeAsync("xkcd");
        await keyboard.PressAsync("Enter");

        await page.ExpectOutcomeAsync("Echo returned xkcd.");
        await Expect(page.Details.Locator(".outcomes li")).ToHaveCountAsync(1);
        await keyboard.PressAsync("Tab"); // Call
        await keyboard.PressAsync("Tab");
        await Expect(page.Button("Kill")).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await page.ExpectOutcomeAsync("No call was in flight.");
    }

    [SkippableFact]
    public async Task What_has_the_focus_shows_it()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Page.Keyboard.PressAsync("Tab"); // the theme
        await page.Page.Keyboard.PressAsync("Tab"); // a new sandbox
        await page.Page.Keyboard.PressAsync("Tab");

        await Expect(page.Cell("sandbox-001")).ToBeFocusedAsync();
        await Expect(page.Cell("sandbox-001")).ToHaveCSSAsync("outline-width", "3px");
        await Expect(page.Cell("sandbox-001")).ToHaveCSSAsync("outline-color", await page.ColorAsync("--accent"));
        await Expect(page.Page.Locator("#tooltip")).ToContainTextAsync("sandbox-001");
    }

    private static async Task PressAsync(RoomPage page, string key, string focused)
    {
        await page.Page.Keyboard.PressAsync(key);
        await Expect(page.Cell(focused)).ToBeFocusedAsync();
    }

    private static async Task<float> LeftAsync(ILocator cell) => (await cell.BoundingBoxAsync())!.X;
}
