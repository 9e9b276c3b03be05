using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

[Collection(nameof(OneBrowser))]
public sealed class AccessSpec(Browser browser)
{
    [SkippableFact]
    public async Task Without_the_token_the_page_only_looks_and_says_so()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser, withToken: false);
        await page.Cell("sandbox-001").ClickAsync();

        await Expect(page.Page.Locator("#access")).ToHaveTextAsync("may only look");
        await Expect(page.Details.Locator(".note")).ToContainTextAsync("This page may only look.");
        foreach (string button in (string[])["New sandbox", "Call", "Kill", "Snapshot", "Restore", "Stop"])
            await Expect(page.Button(button)).ToBeDisabledAsync();
        int status = await page.Page.EvaluateAsync<int>("async () => (await fetch('api/sandboxes/sandbox-001/stop', { method: 'POST' })).status");
        Assert.Equal(401, status);
        await page.ExpectLookAsync("sandbox-001", "idle");
    }

    [SkippableFact]
    public async Task A_wrong_token_is_none()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = new(await browser.OpenAsync());

        await page.Page.GotoAsync($"{room.Address}#token={new string('x', 43)}");

        await Expect(page.Page.Locator("#access")).ToHaveTextAsync("may only look");
    }

    [SkippableFact]
    public async Task The_token_leaves_the_address_at_once_and_lasts_as_long_as_the_tab()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser);
        Assert.Equal(room.Address.ToString(), page.Page.Url);

        await page.Page.ReloadAsync();
        await Expect(page.Page.Locator("#access")).ToHaveTextAsync("may act");

        RoomPage other = new(await page.Page.Context.NewPageAsync());
        await other.Page.GotoAsync(room.Address.ToString());
        await Expect(other.Page.Locator("#access")).ToHaveTextAsync("may only look");
    }

    [SkippableFact]
    public async Task A_page_that_lost_its_server_says_so_and_finds_it_again()
    {
        RoomPage page;
        int port;
        await using (Room room = await Room.OpenAsync())
        {
            port = room.Address.Port;
            page = await room.OpenPageAsync(browser);
            await Expect(page.Page.Locator("#connection")).ToHaveTextAsync("live");
        }

        await Expect(page.Page.Locator("#connection")).ToContainTextAsync("lost");
        await Expect(page.Page.Locator("#cells")).ToHaveCSSAsync("filter", "grayscale(1)");
        await using Room again = await Room.OpenAsync(5, options => options with { Port = port });
        await Expect(page.Page.Locator("#connection")).ToHaveTextAsync("live");
        await page.ExpectCellsAsync(5);
    }
}
