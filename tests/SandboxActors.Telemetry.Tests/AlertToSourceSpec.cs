using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Hosting.Tests;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>The way that <c>docs/operations.md</c> takes an operator: from a metric by the log and the core file to the line of the guest's source.</summary>
public sealed partial class AlertToSourceSpec
{
    [SkippableTheory, OnEachBackend]
    public async Task A_poisoned_sandbox_leads_to_the_line_that_did_it(string backend)
    {
        DirectoryInfo dumps = Directory.CreateTempSubdirectory("dumps");
        try
        {
            using var metering = new Metering();
            using IHost host = TestHost.Build(
                options => options.On(backend).Guest("simple", GuestFiles.Path("simple"))
                    .Defaults(defaults => defaults with { CrashDumps = new CrashDumpOptions { Directory = dumps.FullName } }),
                services: static services => services.AddLogging(static logging => logging.AddFakeLogging()));
            await host.StartAsync();
            SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple", s => s.Named("plugin-17")).WaitAsync(TestHost.Patience);
            long before = metering.Count("sandbox.poisons", "sandbox.poison.reason=Faulted");
            await Assert.ThrowsAsync<GuestFaultException>(() => sandbox.CallAsync("TriggerException").WaitAsync(TestHost.Patience));
            Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic").WaitAsync(TestHost.Patience)); // healed

            Assert.Equal(before + 1, metering.Count("sandbox.poisons", "sandbox.poison.reason=Faulted"));

            FakeLogCollector log = host.Services.GetFakeLogCollector();
            Assert.True(SpinWait.SpinUntil(() => log.GetSnapshot().Any(IsPoison), TestHost.Patience));
            FakeLogRecord record = log.GetSnapshot().Single(IsPoison);
            Assert.Equal("plugin-17", record.GetStructuredStateValue("Sandbox"));
            Assert.Contains("guest_function_TriggerException", record.Message, StringComparison.Ordinal);

            string core = CoreFile().Match(record.Message).Groups["path"].Value;
            string said = Gdb.Open(GuestFiles.Path("simple"), core, "backtrace");
            Assert.Contains("simple/fault.h:8", said, StringComparison.Ordinal);
            Assert.Contains("guest_function_TriggerException () at simple/faults.c:6", said, StringComparison.Ordinal);
            await host.StopAsync().WaitAsync(TestHost.Patience);
        }
        finally
        {
            dumps.Delete(recursive: true);
        }
    }

    private static bool IsPoison(FakeLogRecord record) => record.Id.Id == 2 && record.Category == typeof(Sandboxes).FullName;

    [GeneratedRegex(@"core file\s+(?<path>/\S+\.core)", RegexOptions.ExplicitCapture)]
    private static partial Regex CoreFile();
}
