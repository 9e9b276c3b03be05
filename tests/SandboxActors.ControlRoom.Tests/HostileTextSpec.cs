using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>What a guest says is text, whatever it says.</summary>
[Collection(nameof(OneBrowser))]
public sealed class HostileTextSpec(Browser browser)
{
    private const string Markup = "<img src=x onerror=\"window.hacked=true\"><script>window.hacked=true</script>";

    [SkippableTheory]
    [InlineData("guest_panic")]
    [InlineData("Echo")]
    public async Task Markup_from_a_guest_stays_text(string function)
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        await page.Cell("sandbox-001").ClickAsync();

        await page.CallAsync(function, Markup);

        await page.ExpectOutcomeAsync("<img src=x onerror=");
        await Expect(page.LatestOutcome.Locator("p")).ToContainTextAsync("<script>window.hacked=true</script>");
        await ExpectHarmlessAsync(page);
    }

    [SkippableFact]
    public async Task Markup_in_a_poisoning_and_in_its_crash_report_stays_text()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser, withToken: false);

        await room.CallAsync("sandbox-001", "guest_panic", Markup);

        await Expect(page.Poisonings.First).ToContainTextAsync("<img src=x onerror=");
        await page.Cell("sandbox-001").ClickAsync();
        await Expect(page.Details.Locator(".reason")).ToContainTextAsync("<img src=x onerror=");
        await page.Poisonings.First.ClickAsync();
        await Expect(page.Report.Locator("pre")).ToContainTextAsync("<img src=x onerror=");
        await ExpectHarmlessAsync(page);
    }

    private static async Task ExpectHarmlessAsync(RoomPage page)
    {
        await Expect(page.Page.Locator("img, body script")).ToHaveCountAsync(0);
        Assert.False(await page.Page.EvaluateAsync<bool>("() => 'hacked' in window"));
        Assert.Empty(page.Errors);
    }
}
