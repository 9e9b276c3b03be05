using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>Says what a sandbox is to be. For one thread; what it makes is immutable.</summary>
public sealed class SandboxDefinitionBuilder
{
    private readonly IHypervisor _hypervisor;
    private readonly SandboxPool _pool;
    private readonly string _guest;
    private readonly GuestImage _image;
    private readonly GuestLogSettings _hostLogSettings;
    private readonly Dictionary<string, Delegate> _hostFunctions = new(StringComparer.Ordinal);
    private Action<string>? _print;
    private Action<GuestLogRecord>? _log;
    private string? _name;
    private SandboxOptions _options;
    private HealingSettings _healing;
    private SandboxPriority _priority;
    private int _maximumWaiting;
    private int _batch;
    private IGuestLogSink? _hostLog;

    internal SandboxDefinitionBuilder(IHypervisor hypervisor, SandboxPool pool, string guest, GuestImage image, SandboxSettings settings, IGuestLogSink? hostLog)
    {
        _hypervisor = hypervisor;
        _pool = pool;
        _guest = guest;
        _image = image;
        _options = settings.Defaults;
        _healing = settings.Healing;
        _priority = settings.Scheduling.Priority;
        _maximumWaiting = settings.Scheduling.MaximumWaiting;
        _batch = settings.Scheduling.Batch;
        _hostLogSettings = settings.GuestLog;
        if (hostLog is null || settings.GuestLog.Minimum == GuestLogLevel.None) return;
        _hostLog = hostLog;
        _options = _options with { MinimumLogLevel = settings.GuestLog.Minimum };
    }

    /// <summary>Names the sandbox; no two that live may have the same name. It is the last part of the actor's path.</summary>
    /// <exception cref="ArgumentException">The name cannot be part of an actor's path.</exception>
    public SandboxDefinitionBuilder Named(string name)
    {
        SandboxName.Check(name);
        _name = name;
        return this;
    }

    /// <summary>
    /// Lets the guest call a function of the host. It runs on a guest thread: one that waits for anything should be asynchronous, since it holds the
    /// thread otherwise. It may not call back into the sandbox whose guest called it: that fails with <see cref="SandboxBusyException"/>.
    /// </summary>
    /// <param name="name">The name that guests call it by; a later function of the same name takes its place.</param>
    /// <param name="function">A delegate whose parameters and result are int, uint, long, ulong, float, double, bool, string or byte[]; the result
    /// may also be void, or a Task or ValueTask of these.</param>
    /// <exception cref="ArgumentException">No name.</exception>
    public SandboxDefinitionBuilder HostFunction(string name, Delegate function)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(function);
        _hostFunctions[name] = function;
        return this;
    }

    /// <summary>Says where the guest's prints go. The text is guest-controlled; the default is the console.</summary>
    public SandboxDefinitionBuilder PrintTo(Action<string> sink)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _print = sink;
        return this;
    }

    /// <summary>
    /// Says where the guest's log records go, all of them, and from which level up it sends them. The text is guest-controlled. Otherwise they go to the
    /// host's log, if it has one, as <see cref="GuestLogSettings"/> says.
    /// </summary>
    public SandboxDefinitionBuilder LogTo(Action<GuestLogRecord> sink, GuestLogLevel minimum = GuestLogLevel.Information)
    {
        ArgumentNullException.ThrowIfNull(sink);
        _log = sink;
        _hostLog = null;
        return Options(options => options with { MinimumLogLevel = minimum });
    }

    /// <summary>Sets the heap's size in bytes.</summary>
    public SandboxDefinitionBuilder HeapSize(ulong bytes) => Options(options => options with { HeapSize = bytes });

    /// <summary>Sets the stack's size in bytes.</summary>
    public SandboxDefinitionBuilder StackSize(ulong bytes) => Options(options => options with { StackSize = bytes });

    /// <summary>Sets the input buffer's size in bytes.</summary>
    public SandboxDefinitionBuilder InputBufferSize(ulong bytes) => Options(options => options with { InputBufferSize = bytes });

    /// <summary>Sets the output buffer's size in bytes.</summary>
    public SandboxDefinitionBuilder OutputBufferSize(ulong bytes) => Options(options => options with { OutputBufferSize = bytes });

    /// <summary>Says what becomes of the changes that a call makes.</summary>
    public SandboxDefinitionBuilder StatePolicy(StatePolicy policy) => Options(options => options with { StatePolicy = policy });

    /// <summary>Sets how long any call may take from its start, whatever the call itself asks for.</summary>
    public SandboxDefinitionBuilder CallTimeout(TimeSpan timeout) => Options(options => options with { CallTimeout = timeout });

    /// <summary>Sets how long the guest may run in any one call, whatever the call itself asks for; host functions and waiting do not count.</summary>
    public SandboxDefinitionBuilder CallCpuBudget(TimeSpan budget) => Options(options => options with { CallCpuBudget = budget });

    /// <summary>Says where core files go that are written by themselves when the guest is poisoned; null for none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public SandboxDefinitionBuilder CrashDumps(CrashDumpOptions? crashDumps) => Options(options => options with { CrashDumps = crashDumps });

    /// <summary>Lets a debugger attach to the sandbox, on the loopback interface; null: not. <see cref="SandboxReport.Debugger"/> says where.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its bounds; the message names it.</exception>
    public SandboxDefinitionBuilder Debug(DebugOptions? debug) => Options(options => options with { Debug = debug });

    /// <summary>Changes the sandbox's options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is out of its bounds; the message names both bounds.</exception>
    public SandboxDefinitionBuilder Options(Func<SandboxOptions, SandboxOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        SandboxOptions options = change(_options);
        options.Validate();
        _options = options;
        return this;
    }

    /// <summary>Changes what happens when the sandbox is poisoned.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its bounds; the message names them.</exception>
    public SandboxDefinitionBuilder Healing(Func<HealingSettings, HealingSettings> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        HealingSettings healing = change(_healing);
        healing.Validate();
        _healing = healing;
        return this;
    }

    /// <summary>Sets its share of the guest threads.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such priority.</exception>
    public SandboxDefinitionBuilder Priority(SandboxPriority priority)
    {
        SchedulingSettings.CheckPriority(priority);
        _priority = priority;
        return this;
    }

    /// <summary>
    /// Sets how many requests may wait for it; those beyond fail with <see cref="SandboxOverloadedException"/>. The call that runs is not counted.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to <see cref="SchedulingSettings.MaximumOfWaiting"/>.</exception>
    public SandboxDefinitionBuilder MaximumWaiting(int requests)
    {
        SchedulingSettings.CheckWaiting(requests);
        _maximumWaiting = requests;
        return this;
    }

    /// <summary>
    /// Sets how many calls that wait for it are handed to its guest together, at most; 1 is one by one. What is the same in both cases, and what is
    /// not, says <c>docs/scheduling.md</c>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 1 to <see cref="SchedulingSettings.MaximumBatch"/>.</exception>
    public SandboxDefinitionBuilder Batch(int calls)
    {
        SchedulingSettings.CheckBatch(calls);
        _batch = calls;
        return this;
    }

    /// <exception cref="ArgumentException">A host function has a parameter or result that cannot pass between host and guest.</exception>
    internal SandboxDefinition Build()
    {
        // Copies, so that the definition stays what it is whatever becomes of this builder.
        (IHypervisor hypervisor, SandboxPool pool, GuestImage image, SandboxOptions options) = (_hypervisor, _pool, _image, _options);
        (Action<string>? print, Action<GuestLogRecord>? log) = (_print, _log);
        KeyValuePair<string, Delegate>[] functions = [.. _hostFunctions];
        bool callsHost = functions.Length > 0 || print is not null || log is not null;
        return new SandboxDefinition(_guest, _name, image, options, _healing, callsHost, MakeBuilder)
        {
            Priority = _priority,
            MaximumWaiting = _maximumWaiting,
            Batch = _batch,
            LogSink = _hostLog,
            Log = _hostLogSettings,
        };

        SandboxBuilder MakeBuilder()
        {
            SandboxBuilder builder = new SandboxBuilder(hypervisor, image).Pool(pool);
            if (print is not null) builder.PrintTo(print);
            if (log is not null) builder.LogTo(log, options.MinimumLogLevel);
            foreach ((string name, Delegate function) in functions) builder.HostFunction(name, function);
            return builder.WithOptions(options);
        }
    }
}
