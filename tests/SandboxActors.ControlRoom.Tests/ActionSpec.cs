using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

[Collection(nameof(OneBrowser))]
public sealed class ActionSpec(Browser browser)
{
    [SkippableFact]
    public async Task Each_button_does_what_it_says_and_tells_what_came_of_it()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Cell("sandbox-001").ClickAsync();

        await page.CallAsync("AddToStatic", "5");
        await page.ExpectOutcomeAsync("AddToStatic returned 5.");
        await page.Button("Snapshot").ClickAsync();
        await page.ExpectOutcomeAsync("A snapshot was taken");
        await page.CallAsync("AddToStatic", "6");
        await page.ExpectOutcomeAsync("AddToStatic returned 11.");
        await page.Button("Restore").ClickAsync();
        await page.ExpectOutcomeAsync("as it was at its last snapshot");
        await page.CallAsync("GetStatic");
        await page.ExpectOutcomeAsync("GetStatic returned 5.");
        await page.Button("Kill").ClickAsync();
        await page.ExpectOutcomeAsync("No call was in flight.");
        await page.Button("Stop").ClickAsync();
        await page.ExpectOutcomeAsync("The sandbox has stopped.");

        await page.ExpectLookAsync("sandbox-001", "stopped");
        await Expect(page.Button("Call")).ToBeDisabledAsync();
        Assert.Empty(page.Errors);
    }

    [SkippableFact]
    public async Task A_call_that_would_never_end_is_killed()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Cell("sandbox-002").ClickAsync();

        await page.CallAsync("Spin");
        await page.ExpectLookAsync("sandbox-002", "running");
        await page.Button("Kill").ClickAsync();

        await page.ExpectOutcomeAsync("The call in flight was killed.");
        await Expect(page.Details.Locator(".outcomes li").Nth(1)).ToContainTextAsync("killed by the host");
        await page.ExpectLookAsync("sandbox-002", "healed");
    }

    [SkippableFact]
    public async Task What_cannot_be_an_argument_is_said_and_called_with_nothing()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Cell("sandbox-001").ClickAsync();

        await page.CallAsync("AddToStatic", "5 sheep");
        await page.ExpectOutcomeAsync("'5 sheep' is no Int32, which summand must be.");

        await page.CallAsync("GetStatic");
        await page.ExpectOutcomeAsync("GetStatic returned 0.");
    }

    [SkippableFact]
    public async Task A_new_sandbox_takes_a_place_in_the_grid()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);

        await page.Button("New sandbox").ClickAsync();

        await page.ExpectLookAsync("sandbox-004", "idle");
        await Expect(page.Announcer).ToHaveTextAsync("sandbox-004 is ready.");
    }

    [SkippableFact]
    public async Task A_poisoning_opens_its_crash_report()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser, withToken: false);
        await room.CallAsync("sandbox-003", "DivideByZero");

        await page.Poisonings.First.ClickAsync();

        await Expect(page.Report).ToBeVisibleAsync();
        await Expect(page.Report.Locator("pre")).ToContainTextAsync("guest_function_DivideByZero");
        await Expect(page.Report.Locator("pre")).ToContainTextAsync("stack trace");
        await page.Page.Keyboard.PressAsync("Escape");
        await Expect(page.Report).ToBeHiddenAsync();
        await Expect(page.Poisonings.First).ToBeFocusedAsync();
        Assert.Empty(page.Errors);
    }

    [SkippableFact]
    public async Task The_list_of_poisonings_holds_still_under_the_pointer()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await room.CallAsync("sandbox-001", "guest_panic", "first");
        await page.Poisonings.First.HoverAsync();

        await room.CallAsync("sandbox-002", "guest_panic", "second");
        await page.ExpectLookAsync("sandbox-002", "healed");
        await Expect(page.Page.Locator("#held")).ToBeVisibleAsync();
        await Expect(page.Poisonings).ToContainTextAsync(["first"]);
        await page.Page.Mouse.MoveAsync(0, 0);

        await Expect(page.Poisonings).ToContainTextAsync(["second", "first"]);
        await Expect(page.Page.Locator("#held")).ToBeHiddenAsync();
    }
}
