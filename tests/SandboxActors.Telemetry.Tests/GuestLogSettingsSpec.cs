using Akka.Configuration;
using SandboxActors.Hosting;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What says how much of a guest's log reaches the host's.</summary>
public sealed class GuestLogSettingsSpec
{
    [Fact]
    public void Defaults_in_code_are_those_of_the_reference() => Assert.Equal(new GuestLogSettings(), SandboxSettings.From(Config.Empty).GuestLog);

    [Fact]
    public void Hocon_says_all_of_it()
    {
        Config config = ConfigurationFactory.ParseString("sandbox-actors.guest-log { level = debug, records-per-second = 7, burst = 9 }");
        Assert.Equal(new GuestLogSettings { Minimum = GuestLogLevel.Debug, RecordsPerSecond = 7, Burst = 9 }, SandboxSettings.From(config).GuestLog);
    }

    [Theory]
    [InlineData("level = loud", "sandbox-actors.guest-log.level")]
    [InlineData("burst = 0", "sandbox-actors.guest-log")]
    [InlineData("records-per-second = 1000001", "sandbox-actors.guest-log")]
    [InlineData("records-per-second = often", "sandbox-actors.guest-log.records-per-second")]
    public void What_cannot_be_is_refused_by_name(string wrong, string named)
    {
        Config config = ConfigurationFactory.ParseString($"sandbox-actors.guest-log {{ {wrong} }}");
        Assert.StartsWith(named, Assert.Throws<SandboxConfigurationException>(() => SandboxSettings.From(config)).Key, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_go_over_it_and_are_tested_too()
    {
        var options = new SandboxesOptions();
        options.GuestLog(static log => log with { Burst = 3 }).GuestLog(static log => log with { RecordsPerSecond = 0 });
        SandboxSettings settings = options.Apply(SandboxSettings.From(Config.Empty), out _, out IReadOnlyList<string> failures);
        Assert.Equal(3, settings.GuestLog.Burst);
        Assert.Contains("RecordsPerSecond must be at least 1", Assert.Single(failures), StringComparison.Ordinal);
    }
}
