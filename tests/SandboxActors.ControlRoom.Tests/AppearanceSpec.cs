using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SandboxActors.ControlRoom.Tests;

[Collection(nameof(OneBrowser))]
public sealed class AppearanceSpec(Browser browser)
{
    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task The_page_is_accessible_and_its_contrasts_suffice(ColorScheme scheme)
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(
            browser, change: options => (options.ColorScheme, options.ReducedMotion) = (scheme, ReducedMotion.Reduce)); // no colours on their way
        await page.Cell("sandbox-001").ClickAsync();
        await page.CallAsync("guest_panic", "for the list");
        await Expect(page.Poisonings).ToHaveCountAsync(1);
        await page.ExpectOutcomeAsync("for the list");

        AxeResult panels = await page.Page.RunAxe();
        await page.Poisonings.First.ClickAsync();
        await Expect(page.Report).ToBeVisibleAsync();
        AxeResult report = await page.Page.RunAxe();

        Assert.Equal(string.Empty, Describe(panels));
        Assert.Equal(string.Empty, Describe(report));
        Assert.Contains(panels.Passes, rule => rule.Id == "color-contrast");
    }

    [SkippableFact]
    public async Task It_is_light_or_dark_as_the_system_is_until_somebody_chooses()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser, change: options => options.ColorScheme = ColorScheme.Dark);
        string dark = await page.ColorAsync("--page");
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", dark);

        await page.Button("Change to light colours").ClickAsync();
        string light = await page.ColorAsync("--page");
        await page.Page.ReloadAsync();

        Assert.NotEqual(dark, light);
        await Expect(page.Page.Locator("body")).ToHaveCSSAsync("background-color", light);
        await Expect(page.Button("Change to dark colours")).ToBeVisibleAsync();
    }

    [SkippableFact]
    public async Task Who_wants_no_motion_sees_none()
    {
        await using Room room = await Room.OpenAsync();
        RoomPage page = await room.OpenPageAsync(browser, change: options => options.ReducedMotion = ReducedMotion.Reduce);

        await room.CallAsync("sandbox-001", "DivideByZero");

        await page.ExpectLookAsync("sandbox-001", "healed");
        await Expect(page.Cell("sandbox-001")).ToHaveCSSAsync("animation-name", "none");
        await Expect(page.Cell("sandbox-001")).ToHaveCSSAsync("transition-property", "none");
    }

    [SkippableFact]
    public async Task It_fits_a_narrow_window()
    {
        await using Room room = await Room.OpenAsync(60);
        RoomPage page = await room.OpenPageAsync(browser, change: options => options.ViewportSize = new ViewportSize { Width = 420, Height = 800 });
        await page.Cell("sandbox-001").ClickAsync();
        await Expect(page.Details).ToBeVisibleAsync();

        int overflow = await page.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");

        Assert.Equal(0, overflow);
    }

    private static string Describe(AxeResult result) => string.Join(
        '\n', result.Violations.SelectMany(rule => rule.Nodes.Select(node => $"{rule.Id}: {rule.Help}: {node.Html}")));
}
