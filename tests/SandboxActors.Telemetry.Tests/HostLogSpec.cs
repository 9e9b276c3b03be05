using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Hosting;
using SandboxActors.Hosting.Tests;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What a host's log has of guests, and of their healing.</summary>
public sealed class HostLogSpec
{
    private const string Category = "SandboxActors.Guests.simple";

    [SkippableTheory]
    [OnEachBackend(3, LogLevel.Warning)]
    [OnEachBackend(4, LogLevel.Error)]
    [OnEachBackend(5, LogLevel.Critical)]
    public async Task A_guests_record_has_its_level_and_the_line_of_source_that_logged_it(string backend, int guestLevel, LogLevel level)
    {
        using Hosted hosted = await Hosted.StartAsync(backend);
        await hosted.LogAsync("something is wrong", guestLevel);
        FakeLogRecord record = Assert.Single(hosted.Records(Category));
        Assert.Equal((level, 4), (record.Level, record.Id.Id));
        Assert.Equal("something is wrong", record.GetStructuredStateValue("Message"));
        Assert.Equal("chatty", record.GetStructuredStateValue("Sandbox"));
        Assert.Equal("simple", record.GetStructuredStateValue("Source"));
        Assert.Equal("guest_function_LogMessage", record.GetStructuredStateValue("Function"));
        Assert.EndsWith("logging.c", record.GetStructuredStateValue("File"), StringComparison.Ordinal);
        Assert.NotEqual("0", record.GetStructuredStateValue("Line"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task What_is_below_the_level_is_not_sent_and_a_setting_says_which_that_is(string backend)
    {
        using (Hosted hosted = await Hosted.StartAsync(backend))
        {
            await hosted.LogAsync("not this", 2);
            Assert.Empty(hosted.Records(Category));
        }

        using (Hosted hosted = await Hosted.StartAsync(backend, "sandbox-actors.guest-log.level = trace"))
        {
            await hosted.LogAsync("but this", 0);
            Assert.Equal(LogLevel.Trace, Assert.Single(hosted.Records(Category)).Level);
        }

        using (Hosted hosted = await Hosted.StartAsync(backend, "sandbox-actors.guest-log.level = off"))
        {
            await hosted.LogAsync("nor this", 5);
            Assert.Empty(hosted.Records(Category));
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_floods_fills_no_log_and_every_record_is_written_or_counted(string backend)
    {
        const int Calls = 500;
        using Hosted hosted = await Hosted.StartAsync(backend, "sandbox-actors.guest-log { records-per-second = 1, burst = 5 }");
        for (int i = 0; i < Calls; i++) await hosted.LogAsync("flood", 5);
        await hosted.Sandbox.StopAsync().WaitAsync(TestHost.Patience);
        IReadOnlyList<FakeLogRecord> records = hosted.Records(Category);
        int written = records.Count(static record => record.Id.Id == 4);
        int leftOut = records.Where(static record => record.Id.Id == 5).Sum(static record => int.Parse(record.GetStructuredStateValue("Count")!, null));
        Assert.Equal(Calls, written + leftOut);
        Assert.InRange(records.Count, 6, Calls / 2);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_cannot_forge_a_line_or_a_category(string backend)
    {
        using Hosted hosted = await Hosted.StartAsync(backend);
        await hosted.Sandbox.CallAsync("LogMessageWithSource", "fine\nfail: Host[1] {Sandbox} is gone\u001b[2K", "Host\n", 5).WaitAsync(TestHost.Patience);
        FakeLogRecord record = Assert.Single(hosted.Records(Category));
        Assert.DoesNotContain(record.Message, char.IsControl);
        Assert.Contains("{Sandbox} is gone", record.Message, StringComparison.Ordinal);
        Assert.Equal(@"Host\u{a}", record.GetStructuredStateValue("Source"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Whoever_takes_a_sandboxs_log_himself_gets_all_of_it(string backend)
    {
        var own = new List<GuestLogRecord>();
        using Hosted hosted = await Hosted.StartAsync(backend, "sandbox-actors.guest-log { records-per-second = 1, burst = 1 }", s => s.LogTo(own.Add));
        for (int i = 0; i < 20; i++) await hosted.LogAsync("mine", 3);
        Assert.Equal(20, own.Count);
        Assert.Empty(hosted.Records(Category));
    }

    [SkippableTheory, OnEachBackend]
    public async Task How_a_sandbox_was_healed_and_that_it_was_given_up_is_logged(string backend)
    {
        using Hosted hosted = await Hosted.StartAsync(backend, "sandbox-actors.healing { max-restores = 1, max-rebuilds = 1, min-backoff = 1ms }");
        for (int i = 0; i < 4; i++) // a new machine has its restores before it
            await Assert.ThrowsAsync<GuestFaultException>(() => hosted.Sandbox.CallAsync("TriggerException").WaitAsync(TestHost.Patience));
        await hosted.Sandbox.WhenStopped.WaitAsync(TestHost.Patience);
        (LogLevel, int)[] expected = [(LogLevel.Debug, 6), (LogLevel.Warning, 7), (LogLevel.Debug, 6), (LogLevel.Error, 8)];
        Assert.True(SpinWait.SpinUntil(() => hosted.Healings().Count == expected.Length, TestHost.Patience));
        Assert.Equal(expected, hosted.Healings().Select(static record => (record.Level, record.Id.Id)));
    }

    /// <summary>A host with one sandbox, and what it logs.</summary>
    private sealed class Hosted(IHost host, SandboxRef sandbox) : IDisposable
    {
        public SandboxRef Sandbox { get; } = sandbox;

        public static async Task<Hosted> StartAsync(string backend, string hocon = "", Action<SandboxDefinitionBuilder>? configure = null)
        {
            IHost host = TestHost.Build(
                options => options.On(backend).Guest("simple", GuestFiles.Path("simple")),
                hocon,
                static services => services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.Trace).AddFakeLogging()));
            await host.StartAsync();
            SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple", s =>
            {
                s.Named("chatty");
                configure?.Invoke(s);
            }).WaitAsync(TestHost.Patience);
            return new Hosted(host, sandbox);
        }

        public Task LogAsync(string text, int level) => Sandbox.CallAsync("LogMessage", text, level).WaitAsync(TestHost.Patience);

        public IReadOnlyList<FakeLogRecord> Records(string category) =>
            [.. host.Services.GetFakeLogCollector().GetSnapshot().Where(record => record.Category == category)];

        public IReadOnlyList<FakeLogRecord> Healings() => [.. Records(typeof(Sandboxes).FullName!).Where(static record => record.Id.Id is >= 6 and <= 8)];

        public void Dispose()
        {
            host.StopAsync().Wait(TestHost.Patience);
            host.Dispose();
        }
    }
}
