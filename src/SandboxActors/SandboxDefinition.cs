using System.Collections.Concurrent;
using SandboxActors.Core;
using SandboxActors.Machine;

namespace SandboxActors;

/// <summary>
/// What a sandbox is to be: guest, sizes, host functions, and what happens when it is poisoned. Immutable; any number of sandboxes may be made from
/// one, at the same time, and the delegates given as host functions and sinks are then shared by all of them. Made by
/// <see cref="ISandboxes.Define"/>.
/// </summary>
public sealed class SandboxDefinition
{
    private readonly ConcurrentBag<SandboxBuilder> _idleBuilders;
    private readonly Func<SandboxBuilder> _makeBuilder;

    internal SandboxDefinition(
        string guest, string? name, GuestImage image, SandboxOptions options, HealingSettings healing, bool callsHost,
        Func<SandboxBuilder> makeBuilder)
    {
        Guest = guest;
        Name = name;
        Image = image;
        Options = options;
        Healing = healing;
        CallsHost = callsHost;
        _makeBuilder = makeBuilder;
        _idleBuilders = [makeBuilder()]; // right here, so that a host function of a type that cannot pass is found by the one who gave it
    }

    /// <summary>The name that the guest was registered under.</summary>
    public string Guest { get; }

    /// <summary>The name that the sandbox shall have; null for one made from the guest's name.</summary>
    public string? Name { get; }

    /// <summary>The guest.</summary>
    public GuestImage Image { get; }

    /// <summary>Sizes and policies of the sandbox itself.</summary>
    public SandboxOptions Options { get; }

    /// <summary>What happens when it is poisoned.</summary>
    public HealingSettings Healing { get; }

    /// <summary>Its share of the guest threads.</summary>
    public SandboxPriority Priority { get; internal init; } = SandboxPriority.Normal;

    /// <summary>Requests that may wait for it; those beyond fail with <see cref="SandboxOverloadedException"/>.</summary>
    public int MaximumWaiting { get; internal init; } = int.MaxValue;

    /// <summary>Calls that are handed to its guest together, at most; 1 is one by one.</summary>
    public int Batch { get; internal init; } = 1;

    /// <summary>Where its log goes, if the host takes it.</summary>
    internal IGuestLogSink? LogSink { get; init; }

    /// <summary>How much of it.</summary>
    internal GuestLogSettings Log { get; init; } = new();

    /// <summary>Whether the guest can reach code of the host program, which might call back.</summary>
    internal bool CallsHost { get; }

    /// <summary>
    /// Makes a machine and starts the guest. From any thread; a builder serves one thread at a time and is used again, since compiling the host
    /// functions costs more than the rest.
    /// </summary>
    /// <param name="log">Where the guest's log goes, if it is this sandbox's own.</param>
    /// <exception cref="MachineException">The system refused.</exception>
    /// <exception cref="GuestPoisonException">The guest died while it started, or was not ready in time.</exception>
    internal Sandbox Build(GuestLog? log)
    {
        if (!_idleBuilders.TryTake(out SandboxBuilder? builder)) builder = _makeBuilder();
        try
        {
            return log is null ? builder.Build() : builder.Build(log.Write);
        }
        finally
        {
            _idleBuilders.Add(builder);
        }
    }
}
