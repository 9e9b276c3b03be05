using Microsoft.Playwright;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>
/// The browser of this machine (Debian's package chromium), without a window. Tests that need it are skipped where there is none, visibly.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    private const float Patience = 30_000; // milliseconds
    private static readonly string? Executable = ((string[])["chromium", "google-chrome"]).SelectMany(Places).FirstOrDefault(File.Exists);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Opens a window of its own, which shares nothing with others.</summary>
    /// <param name="change">What is special about it.</param>
    public async Task<IPage> OpenAsync(Action<BrowserNewContextOptions>? change = null)
    {
        Skip.If(Executable is null, "There is no Chromium.");
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright ??= await Playwright.CreateAsync();
        _browser ??= await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [], // Chromium's own sandbox refuses to work for root
        });
        var options = new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = 1440, Height = 900 },
            ColorScheme = ColorScheme.Light,
        };
        change?.Invoke(options);
        IBrowserContext context = await _browser.NewContextAsync(options);
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    /// <inheritdoc />
    public Task InitializeAsync() => Task.CompletedTask;

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.CloseAsync();
        _playwright?.Dispose();
    }

    private static IEnumerable<string> Places(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator).Select(folder => Path.Combine(folder, program));
}
