using System.Globalization;
using System.Reflection;
using Akka.Configuration;
using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>The settings under <c>sandbox-actors</c>, read once when sandboxes start in an actor system.</summary>
public sealed record SandboxSettings
{
    /// <summary>The path of the dispatcher that sandbox actors run on.</summary>
    public const string GuestDispatcher = "sandbox-actors.guest-dispatcher";

    internal const string GuestMailbox = "sandbox-actors.guest-mailbox";

    internal const string ThreadCountKey = GuestDispatcher + ".dedicated-thread-pool.thread-count";

    /// <summary>The most guest threads that a configuration may ask for.</summary>
    public const int MaximumGuestThreads = 1024;

    private const string HealingPrefix = "sandbox-actors.healing.";
    private const string DefaultsPrefix = "sandbox-actors.defaults.";
    private const string PoolPrefix = "sandbox-actors.pool.";
    private const string SchedulingPrefix = "sandbox-actors.scheduling.";
    private const string GuestLogPrefix = "sandbox-actors.guest-log.";
    private const string CrashDumpsPrefix = "sandbox-actors.crash-dumps.";

    private static readonly Dictionary<string, HealingPolicy> HealingPolicies = new(StringComparer.Ordinal)
    {
        ["restore"] = HealingPolicy.Restore,
        ["rebuild"] = HealingPolicy.Rebuild,
        ["stop"] = HealingPolicy.Stop,
    };

    private static readonly Dictionary<string, StatePolicy> StatePolicies = new(StringComparer.Ordinal)
    {
        ["keep"] = StatePolicy.Keep,
        ["roll-back-on-failure"] = StatePolicy.RollBackOnFailure,
        ["roll-back-always"] = StatePolicy.RollBackAlways,
    };

    private static readonly Dictionary<string, GuestLogLevel> LogLevels = new(StringComparer.Ordinal)
    {
        ["trace"] = GuestLogLevel.Trace,
        ["debug"] = GuestLogLevel.Debug,
        ["information"] = GuestLogLevel.Information,
        ["warning"] = GuestLogLevel.Warning,
        ["error"] = GuestLogLevel.Error,
        ["critical"] = GuestLogLevel.Critical,
        ["off"] = GuestLogLevel.None,
    };

    private static readonly Dictionary<string, bool> Switches = new(StringComparer.Ordinal) { ["on"] = true, ["off"] = false };

    private static readonly Dictionary<string, SandboxPriority> Priorities = new(StringComparer.Ordinal)
    {
        ["low"] = SandboxPriority.Low,
        ["normal"] = SandboxPriority.Normal,
        ["high"] = SandboxPriority.High,
    };

    /// <summary>Guests that may run at the same time: threads of the guest dispatcher.</summary>
    public int GuestThreads { get; init; } = Environment.ProcessorCount;

    /// <summary>How guest threads are shared.</summary>
    public SchedulingSettings Scheduling { get; init; } = new();

    /// <summary>How many micro-VMs there are, and when idle sandboxes do without.</summary>
    public SandboxPoolOptions Pool { get; init; } = SandboxPoolOptions.Default;

    /// <summary>How poisoned sandboxes are healed whose definition says nothing else.</summary>
    public HealingSettings Healing { get; init; } = new();

    /// <summary>What of guests' logs reaches the host's.</summary>
    public GuestLogSettings GuestLog { get; init; } = new();

    /// <summary>Sizes and policies of sandboxes whose definition says nothing else.</summary>
    public SandboxOptions Defaults { get; init; } = SandboxOptions.Default with { MinimumLogLevel = GuestLogLevel.None };

    /// <summary>The settings built into this library: every key with its default.</summary>
    public static Config Reference { get; } = ReadReference();

    /// <summary>Reads settings; what is not there comes from <see cref="Reference"/>.</summary>
    /// <param name="config">A whole configuration, with a <c>sandbox-actors</c> section or without.</param>
    /// <exception cref="SandboxConfigurationException">A value is none that its setting can have.</exception>
    public static SandboxSettings From(Config config) => From(config, Environment.GetEnvironmentVariable);

    /// <summary>Reads settings with another environment.</summary>
    /// <param name="config">A whole configuration.</param>
    /// <param name="environment">The value of an environment variable; null if it is not set.</param>
    internal static SandboxSettings From(Config config, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(config);
        var reader = new SettingsReader(config.WithFallback(Reference));
        int threads = reader.Integer(ThreadCountKey);
        if (threads is < 0 or > MaximumGuestThreads)
        {
            throw new SandboxConfigurationException(
                ThreadCountKey, string.Create(CultureInfo.InvariantCulture, $"{threads} is not from 0 to {MaximumGuestThreads}."));
        }

        var settings = new SandboxSettings
        {
            GuestThreads = threads == 0 ? Environment.ProcessorCount : threads,
            Scheduling = new SchedulingSettings
            {
                Quantum = reader.Time(SchedulingPrefix + "quantum"),
                Levels = reader.Integer(SchedulingPrefix + "levels"),
                LevelRatio = reader.Integer(SchedulingPrefix + "level-ratio"),
                Priority = reader.OneOf(SchedulingPrefix + "priority", Priorities),
                MaximumWaiting = reader.Integer(SchedulingPrefix + "max-waiting"),
                Batch = reader.Integer(SchedulingPrefix + "batch"),
            },
            Pool = new SandboxPoolOptions
            {
                MaximumLive = reader.Integer(PoolPrefix + "max-live"),
                ParkAfter = reader.TimeOrOff(PoolPrefix + "park-after"),
            },
            GuestLog = new GuestLogSettings
            {
                Minimum = reader.OneOf(GuestLogPrefix + "level", LogLevels),
                RecordsPerSecond = reader.Integer(GuestLogPrefix + "records-per-second"),
                Burst = reader.Integer(GuestLogPrefix + "burst"),
            },
            Healing = new HealingSettings
            {
                Policy = reader.OneOf(HealingPrefix + "policy", HealingPolicies),
                MaximumRestores = reader.Integer(HealingPrefix + "max-restores"),
                MaximumRebuilds = reader.Integer(HealingPrefix + "max-rebuilds"),
                Within = reader.Time(HealingPrefix + "within"),
                MinimumBackoff = reader.Time(HealingPrefix + "min-backoff"),
                MaximumBackoff = reader.Time(HealingPrefix + "max-backoff"),
                RandomFactor = reader.Number(HealingPrefix + "random-factor"),
            },
            Defaults = SandboxOptions.Default with
            {
                HeapSize = reader.Size(DefaultsPrefix + "heap-size"),
                StackSize = reader.Size(DefaultsPrefix + "stack-size"),
                InputBufferSize = reader.Size(DefaultsPrefix + "input-buffer-size"),
                OutputBufferSize = reader.Size(DefaultsPrefix + "output-buffer-size"),
                StatePolicy = reader.OneOf(DefaultsPrefix + "state-policy", StatePolicies),
                InitializationTimeout = reader.Time(DefaultsPrefix + "initialization-timeout"),
                CallTimeout = reader.TimeOrOff(DefaultsPrefix + "call-timeout"),
                CallCpuBudget = reader.TimeOrOff(DefaultsPrefix + "call-cpu-budget"),
                MinimumLogLevel = GuestLogLevel.None,
                CrashDumps = CrashDumpsFrom(reader, environment),
                Debug = reader.IntegerOrOff(DefaultsPrefix + "debug-port") is { } port ? new DebugOptions { Port = port } : null,
            },
        };
        Check("sandbox-actors.scheduling", settings.Scheduling.Validate);
        Check("sandbox-actors.pool", settings.Pool.Validate);
        Check("sandbox-actors.guest-log", settings.GuestLog.Validate);
        Check("sandbox-actors.healing", settings.Healing.Validate);
        Check("sandbox-actors.defaults", settings.Defaults.Validate);
        return settings;
    }

    private static CrashDumpOptions? CrashDumpsFrom(SettingsReader reader, Func<string, string?> environment)
    {
        var options = new CrashDumpOptions
        {
            Directory = CrashDumpOptions.From(environment)?.Directory ?? reader.Text(CrashDumpsPrefix + "directory"),
            MaximumNumber = reader.Integer(CrashDumpsPrefix + "max-number"),
            MaximumSize = reader.Size(CrashDumpsPrefix + "max-size"),
            MaximumTotalSize = reader.Size(CrashDumpsPrefix + "max-total-size"),
            OfEndedGuests = reader.OneOf(CrashDumpsPrefix + "of-ended-guests", Switches),
        };
        return options.Directory.Length == 0 ? null : options;
    }

    private static void Check(string section, Action validate)
    {
        try
        {
            validate();
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new SandboxConfigurationException(section, exception.Message, exception);
        }
    }

    private static Config ReadReference()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("SandboxActors.reference.conf")!;
        using var reader = new StreamReader(stream);
        return ConfigurationFactory.ParseString(reader.ReadToEnd());
    }
}
