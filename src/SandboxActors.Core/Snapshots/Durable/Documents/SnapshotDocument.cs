using System.Text.Json.Serialization;
using SandboxActors.Wire;

namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>Everything about a snapshot but what its pages hold. All of it must be there, and nothing else.</summary>
/// <param name="Version">The version of the format: <see cref="Current"/>.</param>
/// <param name="GuestAbi">The version of the guest ABI that the guest and its host keep to.</param>
/// <param name="Guest">The guest program.</param>
/// <param name="Layout">Where its memory is.</param>
/// <param name="TakesBatches">Whether it takes batches.</param>
/// <param name="HostFunctions">What it may call.</param>
/// <param name="Memory">How many pages there are in the other blobs.</param>
/// <param name="Machine">What it ran on.</param>
/// <param name="Registers">What its vCPU held.</param>
/// <param name="Regions">The regions mapped into it, from the lowest address up.</param>
internal sealed record SnapshotDocument(
    int Version,
    uint GuestAbi,
    SnapshotDocument.GuestProgram Guest,
    SnapshotDocument.GuestLayout Layout,
    bool TakesBatches,
    SnapshotDocument.HostFunction[] HostFunctions,
    SnapshotDocument.PageCounts Memory,
    SnapshotDocument.MachineKind Machine,
    RegisterDocument Registers,
    SnapshotDocument.Region[] Regions)
{
    /// <summary>The version that is written, and the only one that is read.</summary>
    public const int Current = 1;

    /// <summary>What a guest may do with a range.</summary>
    internal enum Access
    {
        Read,
        ReadWrite,
        ReadExecute,
    }

    /// <summary>A range of guest addresses.</summary>
    /// <param name="Start">The first address.</param>
    /// <param name="Size">In bytes.</param>
    [method: JsonConstructor]
    internal readonly record struct Range(ulong Start, long Size);

    /// <summary>A part of the guest's file.</summary>
    [method: JsonConstructor]
    internal readonly record struct Segment(Range Range, Access Access);

    /// <summary>A <see cref="GuestImage"/>.</summary>
    /// <param name="Name">What to call it.</param>
    /// <param name="Entry">Where it starts.</param>
    /// <param name="Segments">Its segments.</param>
    /// <param name="Symbols">Bytes of symbols in the blob of symbols.</param>
    /// <param name="Names">Bytes of their names there, behind them.</param>
    internal sealed record GuestProgram(string Name, ulong Entry, Segment[] Segments, int Symbols, int Names);

    /// <summary>A <see cref="Core.Layout.SandboxLayout"/>: the ranges, so that a version that lays a guest out differently is found out.</summary>
    internal sealed record GuestLayout(Range Boot, Range Input, Range Calls, Range Output, Range Answers, Range Heap, Range Stack);

    /// <summary>A <see cref="Core.HostFunctions.HostFunctionSignature"/>.</summary>
    [method: JsonConstructor]
    internal readonly record struct HostFunction(string Name, GuestValueType[] Parameters, GuestValueType Result);

    /// <summary>The sizes of the other blobs.</summary>
    /// <param name="Pages">Pages that are not all zeros.</param>
    /// <param name="Contents">Different contents of these.</param>
    internal sealed record PageCounts(int Pages, int Contents);

    /// <summary>What the guest ran on.</summary>
    internal sealed record MachineKind(string Hypervisor, string Processor);

    /// <summary>A mapped region; its content is the blob with this digest.</summary>
    [method: JsonConstructor]
    internal readonly record struct Region(Range Range, Access Access, string Digest);
}
