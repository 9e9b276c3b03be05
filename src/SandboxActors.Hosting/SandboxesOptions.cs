using Akka.Configuration;
using SandboxActors.Core;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Hosting;

/// <summary>What a host program says about its sandboxes. It goes over the settings in HOCON; all of it is tested when the host starts.</summary>
public sealed class SandboxesOptions
{
    private readonly Dictionary<string, Func<GuestImage>> _guests = new(StringComparer.Ordinal);
    private readonly List<Func<SandboxSettings, SandboxSettings>> _changes = [];
    private readonly List<string> _failures = [];

    private SandboxBackend? _backend;
    private Func<IHypervisor>? _openOther;

    /// <summary>Where environment variables are read: null for one that is not set.</summary>
    internal Func<string, string?> ReadEnvironment { get; set; } = Environment.GetEnvironmentVariable;

    /// <summary>Opens KVM, or throws <see cref="KvmUnavailableException"/>.</summary>
    internal Func<IHypervisor> OpenKvm { get; set; } = KvmHypervisor.Open;

    /// <summary>Registers a guest from a file.</summary>
    /// <param name="name">The name that sandboxes are made for it by.</param>
    /// <param name="path">An ELF file; a relative path is looked for in the current directory, then beside the program.</param>
    public SandboxesOptions Guest(string name, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Register(name, () => GuestImage.FromFile(Locate(path)));
    }

    /// <summary>Registers a guest from bytes.</summary>
    /// <param name="name">The name that sandboxes are made for it by.</param>
    /// <param name="elf">The contents of an ELF file.</param>
    public SandboxesOptions Guest(string name, ReadOnlyMemory<byte> elf) => Register(name, () => GuestImage.FromBytes(elf, name));

    /// <summary>Changes sizes and policies of sandboxes whose definition says nothing else.</summary>
    public SandboxesOptions Defaults(Func<SandboxOptions, SandboxOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Change(settings => settings with { Defaults = change(settings.Defaults) });
    }

    /// <summary>Changes how poisoned sandboxes are healed whose definition says nothing else.</summary>
    public SandboxesOptions Healing(Func<HealingSettings, HealingSettings> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Change(settings => settings with { Healing = change(settings.Healing) });
    }

    /// <summary>Changes how guest threads are shared, and how many requests may wait for a sandbox.</summary>
    public SandboxesOptions Scheduling(Func<SchedulingSettings, SchedulingSettings> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Change(settings => settings with { Scheduling = change(settings.Scheduling) });
    }

    /// <summary>Changes how many micro-VMs there are, and when idle sandboxes do without.</summary>
    public SandboxesOptions Pool(Func<SandboxPoolOptions, SandboxPoolOptions> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Change(settings => settings with { Pool = change(settings.Pool) });
    }

    /// <summary>Changes what of guests' logs reaches the host's.</summary>
    public SandboxesOptions GuestLog(Func<GuestLogSettings, GuestLogSettings> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return Change(settings => settings with { GuestLog = change(settings.GuestLog) });
    }

    /// <summary>Sets how many guests may run at the same time; as many as the machine has processors unless said otherwise.</summary>
    public SandboxesOptions GuestThreads(int count) => Change(settings => settings with { GuestThreads = count });

    /// <summary>
    /// Sets what sandboxes run on. It goes over the environment variable <c>SANDBOX_ACTORS_BACKEND</c>, which goes over <c>sandbox-actors.backend</c>
    /// in HOCON, which is <see cref="SandboxBackend.Auto"/> unless said otherwise. Of this and <see cref="Hypervisor"/> the one said last counts.
    /// </summary>
    /// <param name="backend">KVM, software, or the better one that is there.</param>
    public SandboxesOptions Backend(SandboxBackend backend)
    {
        (_backend, _openOther) = (backend, null);
        return this;
    }

    /// <summary>
    /// Has sandboxes run on a hypervisor that is none of <see cref="SandboxBackend"/>. It is opened when the host starts and disposed when its actor
    /// system has ended.
    /// </summary>
    /// <param name="open">Opens it.</param>
    public SandboxesOptions Hypervisor(Func<IHypervisor> open)
    {
        ArgumentNullException.ThrowIfNull(open);
        (_backend, _openOther) = (null, open);
        return this;
    }

    /// <summary>Chooses what sandboxes run on, and opens it.</summary>
    /// <param name="config">The actor system's configuration.</param>
    /// <exception cref="SandboxConfigurationException">The environment variable or the setting in HOCON names no backend.</exception>
    /// <exception cref="KvmUnavailableException">KVM was asked for, and cannot be used.</exception>
    internal OpenedBackend OpenBackend(Config config)
    {
        BackendChoice choice = BackendChoice.Make(_backend, ReadEnvironment, config);
        return _openOther is { } open ? OpenedBackend.Open(open) : OpenedBackend.Open(choice, OpenKvm);
    }

    /// <summary>Puts the options over the settings, loads the guests, and tests everything.</summary>
    /// <param name="configured">The settings in HOCON.</param>
    /// <param name="guests">The guests that could be loaded.</param>
    /// <param name="failures">What is wrong, a sentence each.</param>
    internal SandboxSettings Apply(SandboxSettings configured, out Dictionary<string, GuestImage> guests, out IReadOnlyList<string> failures)
    {
        List<string> found = [.. _failures];
        guests = new Dictionary<string, GuestImage>(StringComparer.Ordinal);
        foreach ((string name, Func<GuestImage> load) in _guests)
        {
            try
            {
                guests.Add(name, load());
            }
            catch (Exception exception) when (exception is GuestImageException or IOException or UnauthorizedAccessException)
            {
                found.Add($"Guest '{name}': {exception.Message}");
            }
        }

        SandboxSettings settings = _changes.Aggregate(configured, static (current, change) => change(current));
        Test(settings.Defaults.Validate);
        Test(settings.Pool.Validate);
        Test(settings.Healing.Validate);
        Test(settings.Scheduling.Validate);
        Test(settings.GuestLog.Validate);
        if (settings.GuestThreads is < 1 or > SandboxSettings.MaximumGuestThreads)
            found.Add($"GuestThreads must be at least 1 and at most {SandboxSettings.MaximumGuestThreads}, not {settings.GuestThreads}.");
        if (_backend is { } backend && !Enum.IsDefined(backend))
            found.Add($"Backend must be one of {string.Join(", ", Enum.GetNames<SandboxBackend>())}, not {backend}.");
        failures = found;
        return settings;

        void Test(Action validate)
        {
            try
            {
                validate();
            }
            catch (ArgumentOutOfRangeException exception)
            {
                found.Add(exception.Message);
            }
        }
    }

    private SandboxesOptions Register(string name, Func<GuestImage> load)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!Akka.Actor.ActorPath.IsValidPathElement(name)) _failures.Add($"Guest '{name}': the name cannot be part of an actor's path.");
        else if (!_guests.TryAdd(name, load)) _failures.Add($"Guest '{name}' is registered twice.");
        return this;
    }

    private SandboxesOptions Change(Func<SandboxSettings, SandboxSettings> change)
    {
        _changes.Add(change);
        return this;
    }

    private static string Locate(string path)
    {
        string beside = Path.Combine(AppContext.BaseDirectory, path);
        return !File.Exists(path) && File.Exists(beside) ? beside : path;
    }
}
