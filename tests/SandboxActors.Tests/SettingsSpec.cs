using Akka.Configuration;
using SandboxActors.Core;

namespace SandboxActors.Tests;

/// <summary>Settings in HOCON: their defaults, and what is wrong with a wrong one.</summary>
public sealed class SettingsSpec
{
    [Fact]
    public void The_reference_settings_are_the_defaults_in_code()
    {
        SandboxSettings settings = SandboxSettings.From(Config.Empty);
        var defaults = new SandboxSettings();
        Assert.Equal(new CrashDumpOptions { Directory = "/dumps" }, CrashDumps("directory = /dumps"));
        Assert.Equal(defaults.Scheduling, settings.Scheduling);
        Assert.Equal(defaults.Healing, settings.Healing);
        Assert.Equal(defaults.Defaults, settings.Defaults);
        Assert.Equal(Environment.ProcessorCount, settings.GuestThreads);
    }

    [Fact]
    public void What_a_program_sets_goes_over_the_reference()
    {
        SandboxSettings settings = SandboxSettings.From(ConfigurationFactory.ParseString(
            """
            sandbox-actors {
              guest-dispatcher.dedicated-thread-pool.thread-count = 3
              scheduling { quantum = 20ms, levels = 2, level-ratio = 3, priority = high, max-waiting = 7, batch = 9 }
              healing { policy = rebuild, max-restores = -1, max-rebuilds = 0, within = 2m, min-backoff = 5ms, max-backoff = 7s, random-factor = 0.5 }
              defaults { heap-size = 1MiB, stack-size = 32KiB, input-buffer-size = 128KiB, output-buffer-size = 16MiB, state-policy = roll-back-always, initialization-timeout = 3s }
            }
            """));
        Assert.Equal(3, settings.GuestThreads);
        Assert.Equal(
            new SchedulingSettings
            {
                Quantum = TimeSpan.FromMilliseconds(20),
                Levels = 2,
                LevelRatio = 3,
                Priority = SandboxPriority.High,
                MaximumWaiting = 7,
                Batch = 9,
            },
            settings.Scheduling);
        Assert.Equal(
            new HealingSettings
            {
                Policy = HealingPolicy.Rebuild,
                MaximumRestores = HealingSettings.Unlimited,
                MaximumRebuilds = 0,
                Within = TimeSpan.FromMinutes(2),
                MinimumBackoff = TimeSpan.FromMilliseconds(5),
                MaximumBackoff = TimeSpan.FromSeconds(7),
                RandomFactor = 0.5,
            },
            settings.Healing);
        Assert.Equal(
            new SandboxSettings().Defaults with
            {
                HeapSize = 1 << 20,
                StackSize = 32 << 10,
                InputBufferSize = 128 << 10,
                OutputBufferSize = 16 << 20,
                StatePolicy = StatePolicy.RollBackAlways,
                InitializationTimeout = TimeSpan.FromSeconds(3),
            },
            settings.Defaults);
    }

    [Fact]
    public void Core_files_are_written_where_hocon_or_the_environment_says_and_otherwise_not()
    {
        Assert.Null(CrashDumps("max-number = 3"));
        Assert.Equal(
            new CrashDumpOptions { Directory = "/dumps", MaximumNumber = 3, MaximumSize = 1 << 20, MaximumTotalSize = 2 << 20, OfEndedGuests = true },
            CrashDumps("directory = /dumps, max-number = 3, max-size = 1MiB, max-total-size = 2MiB, of-ended-guests = on"));
        Assert.Equal(
            new CrashDumpOptions { Directory = "/elsewhere", MaximumNumber = 3 },
            CrashDumps("directory = /dumps, max-number = 3", environment: "/elsewhere"));
        Assert.Equal("/dumps", CrashDumps("directory = /dumps", environment: string.Empty)?.Directory);
    }

    [Fact]
    public void Sandboxes_can_be_debugged_where_hocon_says_so_and_otherwise_not()
    {
        Assert.Null(SandboxSettings.From(Config.Empty).Defaults.Debug);
        Assert.Equal(new DebugOptions(), SandboxSettings.From(ConfigurationFactory.ParseString("sandbox-actors.defaults.debug-port = 0")).Defaults.Debug);
        Assert.Equal(
            new DebugOptions { Port = 1234 }, SandboxSettings.From(ConfigurationFactory.ParseString("sandbox-actors.defaults.debug-port = 1234")).Defaults.Debug);
    }

    [Theory]
    [InlineData("defaults.debug-port = any", "sandbox-actors.defaults.debug-port", "'any' is not off, or a whole number")]
    [InlineData("defaults.debug-port = 65536", "sandbox-actors.defaults", "Debug.Port must be at least 0 and at most 65535")]
    [InlineData("healing.policy = heal", "sandbox-actors.healing.policy", "'heal' is not one of restore, rebuild, stop")]
    [InlineData("healing.max-restores = many", "sandbox-actors.healing.max-restores", "'many' is not a whole number")]
    [InlineData("healing.max-restores = -2", "sandbox-actors.healing", "MaximumRestores must be 0 or more, or -1 for no limit")]
    [InlineData("healing.within = soon", "sandbox-actors.healing.within", "'soon' is not a time")]
    [InlineData("healing.max-backoff = 1ms", "sandbox-actors.healing", "MaximumBackoff must be at least 00:00:00.0100000 and at most 01:00:00")]
    [InlineData("healing.random-factor = 2", "sandbox-actors.healing", "RandomFactor must be at least 0 and at most 1")]
    [InlineData("healing.random-factor = NaN", "sandbox-actors.healing", "RandomFactor must be at least 0 and at most 1")]
    [InlineData("defaults.heap-size = huge", "sandbox-actors.defaults.heap-size", "'huge' is not a size")]
    [InlineData("defaults.heap-size = 1KiB", "sandbox-actors.defaults", "HeapSize must be at least 16384 and at most 1073741824 bytes, not 1024")]
    [InlineData("defaults.stack-size = 1GiB", "sandbox-actors.defaults", "StackSize must be at least 16384 and at most 67108864 bytes, not 1073741824")]
    [InlineData("defaults.state-policy = none", "sandbox-actors.defaults.state-policy", "'none' is not one of keep, roll-back-on-failure, roll-back-always")]
    [InlineData("scheduling.quantum = 0ms", "sandbox-actors.scheduling", "Quantum must be at least 00:00:00.0010000 and at most 00:00:01")]
    [InlineData("scheduling.quantum = often", "sandbox-actors.scheduling.quantum", "'often' is not a time")]
    [InlineData("scheduling.levels = 7", "sandbox-actors.scheduling", "Levels must be at least 1 and at most 6, not 7")]
    [InlineData("scheduling.level-ratio = 0", "sandbox-actors.scheduling", "LevelRatio must be at least 1 and at most 8, not 0")]
    [InlineData("scheduling.priority = urgent", "sandbox-actors.scheduling.priority", "'urgent' is not one of low, normal, high")]
    [InlineData("scheduling.max-waiting = 0", "sandbox-actors.scheduling", "MaximumWaiting must be at least 1 and at most 1000000, not 0")]
    [InlineData("scheduling.batch = 0", "sandbox-actors.scheduling", "Batch must be at least 1 and at most 1024, not 0")]
    [InlineData("scheduling.batch = 1025", "sandbox-actors.scheduling", "Batch must be at least 1 and at most 1024, not 1025")]
    [InlineData("crash-dumps { directory = /dumps, max-number = few }", "sandbox-actors.crash-dumps.max-number", "'few' is not a whole number")]
    [InlineData("crash-dumps { directory = /dumps, max-number = -1 }", "sandbox-actors.defaults", "CrashDumps.MaximumNumber must not be negative")]
    [InlineData("crash-dumps.max-size = large", "sandbox-actors.crash-dumps.max-size", "'large' is not a size")]
    [InlineData("crash-dumps.of-ended-guests = maybe", "sandbox-actors.crash-dumps.of-ended-guests", "'maybe' is not one of on, off")]
    [InlineData("guest-dispatcher.dedicated-thread-pool.thread-count = -1", "thread-count", "-1 is not from 0 to 1024")]
    public void A_wrong_value_is_named_with_what_is_allowed(string setting, string key, string problem)
    {
        SandboxConfigurationException exception =
            Assert.Throws<SandboxConfigurationException>(() => SandboxSettings.From(ConfigurationFactory.ParseString($"sandbox-actors.{setting}")));
        Assert.EndsWith(key, exception.Key, StringComparison.Ordinal);
        Assert.Contains(problem, exception.Message, StringComparison.Ordinal);
    }

    private static CrashDumpOptions? CrashDumps(string settings, string? environment = null) => SandboxSettings.From(
        ConfigurationFactory.ParseString($"sandbox-actors.crash-dumps {{ {settings} }}"),
        name => name == CrashDumpOptions.DirectoryVariable ? environment : null).Defaults.CrashDumps;
}
