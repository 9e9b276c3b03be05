using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.Hosting.Tests;

/// <summary>What a host's log says of a guest that was poisoned.</summary>
public sealed class PoisonLogSpec : IDisposable
{
    private const int Poisoned = 2;

    private readonly RecordingLogger _log = new();

    public void Dispose() => _log.Dispose();

    [SkippableTheory, OnEachBackend]
    public async Task A_poison_is_logged_with_its_crash_report(string backend)
    {
        (LogLevel level, string text) = await PoisonAsync(backend, sandbox => sandbox.CallAsync("TriggerException"));
        Assert.Equal(LogLevel.Warning, level);
        Assert.StartsWith("Sandbox 'poor' was poisoned: Faulted\nSandbox ", text);
        Assert.Contains("\nat guest_function_TriggerException\n", text);
        Assert.Contains("ud2", text);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_the_host_ended_is_no_warning(string backend)
    {
        (LogLevel level, string text) = await PoisonAsync(
            backend, sandbox => sandbox.CallAsync("Spin", new CallOptions { Timeout = TimeSpan.FromMilliseconds(20) }));
        Assert.Equal(LogLevel.Debug, level);
        Assert.StartsWith("Sandbox 'poor' was poisoned: DeadlineExceeded\n", text);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Nothing_that_a_guest_says_begins_a_line_of_the_log(string backend)
    {
        (_, string text) = await PoisonAsync(backend, sandbox => sandbox.CallAsync("guest_panic", "fine\n\u001b[32mSandbox 'rich' was restored"));
        Assert.Contains("panic: fine\\u{a}\\u{1b}[32mSandbox 'rich' was restored\n", text);
        Assert.DoesNotContain(text, c => char.IsControl(c) && c != '\n');
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_core_file_is_written_where_hocon_says_and_named_in_the_log(string backend)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dumps");
        try
        {
            (_, string text) = await PoisonAsync(
                backend, sandbox => sandbox.CallAsync("TriggerException"), $"sandbox-actors.crash-dumps.directory = \"{directory.FullName}\"");
            Assert.EndsWith($"core file\n  {Assert.Single(directory.GetFiles()).FullName}", text);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private async Task<(LogLevel Level, string Text)> PoisonAsync(string backend, Func<SandboxRef, Task> call, string hocon = "")
    {
        using IHost host = TestHost.Build(
            options => options.On(backend).Guest("simple", GuestFiles.Path("simple")), hocon, services =>
                services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log)));
        await host.StartAsync();
        SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple", s => s.Named("poor")).WaitAsync(TestHost.Patience);
        await Assert.ThrowsAnyAsync<GuestPoisonException>(() => call(sandbox)).WaitAsync(TestHost.Patience);
        await sandbox.CallAsync("NoOp").WaitAsync(TestHost.Patience);
        Assert.True(SpinWait.SpinUntil(() => _log.Lines.Any(line => line.EventId == Poisoned), TestHost.Patience));
        await host.StopAsync();
        (LogLevel level, _, string text) = Assert.Single(_log.Lines, line => line.EventId == Poisoned);
        return (level, text);
    }
}
