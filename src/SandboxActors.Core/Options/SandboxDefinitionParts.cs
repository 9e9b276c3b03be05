using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Snapshots;
using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>What a sandbox needs of its builder; shared by all sandboxes that the builder makes.</summary>
internal sealed record SandboxDefinitionParts(
    MicroVmShape Shape, IMicroVmSource Source, HostFunctionTable HostFunctions, Action<GuestLogRecord> Log, SandboxOptions Options, TimeProvider Time)
{
    /// <summary>How long a guest looks for its next call, in counts of its time stamp counter; zero: not at all.</summary>
    public ulong PollCounts { get; } = Shape is { IsExitless: true, IsDebugged: false } && Options.ExitlessPoll is { } poll
        ? Math.Max(1, (ulong)(poll.TotalMilliseconds * Shape.Hypervisor.TimestampCounterKilohertz))
        : 0;

    /// <summary>Whether they are made to try something out, so that nobody counts them.</summary>
    public bool IsTrial { get; init; }

    /// <summary>What snapshots of these sandboxes are taken of.</summary>
    public SnapshotOrigin Origin { get; private init; } = new(Shape.Hypervisor.Name, Shape.Image, Shape.Layout, HostFunctions.Signatures, HostProcessor.Vendor);

    /// <summary>The same for guests with other sizes.</summary>
    public SandboxDefinitionParts WithLayout(SandboxLayout layout) =>
        layout == Shape.Layout ? this : this with { Shape = Shape with { Layout = layout }, Origin = Origin with { Layout = layout } };
}
