using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Image;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Says in a document what a snapshot is. The same snapshot gives the same document, byte by byte.</summary>
internal static class DocumentWriter
{
    public static SnapshotDocument Write(Snapshot snapshot, SnapshotDocument.PageCounts memory, IReadOnlyList<OciDescriptor> regions) => new(
        SnapshotDocument.Current,
        GuestAbi.Version,
        Write(snapshot.Image),
        Write(snapshot.Origin.Layout),
        snapshot.TakesBatches,
        [.. snapshot.Origin.HostFunctions.Select(Write)],
        memory,
        new SnapshotDocument.MachineKind(snapshot.Origin.Hypervisor, snapshot.Origin.Processor),
        Write(snapshot.Registers.ToState()),
        [.. snapshot.Regions.Select((region, i) => new SnapshotDocument.Region(Write(region.Range), Write(region.Access), regions[i].Digest))]);

    private static SnapshotDocument.GuestProgram Write(GuestImage image) => new(
        image.Name,
        image.Entry.Value,
        [.. image.Segments.Select(Write)],
        image.SymbolSections.Symbols.Length,
        image.SymbolSections.Symbols.IsEmpty ? 0 : image.SymbolSections.Names.Length);

    private static SnapshotDocument.Segment Write(ImageSegment segment) => new(Write(segment.Pages), Write(segment.Access));

    private static SnapshotDocument.GuestLayout Write(SandboxLayout layout) => new(
        Write(layout.Boot), Write(layout.Input), Write(layout.Calls), Write(layout.Output), Write(layout.Answers), Write(layout.Heap), Write(layout.Stack));

    private static SnapshotDocument.HostFunction Write(HostFunctionSignature function) => new(function.Name, [.. function.Parameters], function.Result);

    private static SnapshotDocument.Range Write(GuestRange range) => new(range.Start.Value, (long)range.Length);

    private static SnapshotDocument.Access Write(MemoryAccess access) => access switch
    {
        MemoryAccess.Read => SnapshotDocument.Access.Read,
        MemoryAccess.Read | MemoryAccess.Write => SnapshotDocument.Access.ReadWrite,
        MemoryAccess.Read | MemoryAccess.Execute => SnapshotDocument.Access.ReadExecute,
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, "No part of a guest has such an access."),
    };

    private static RegisterDocument Write(VcpuState state)
    {
        GeneralRegisters general = state.General;
        SpecialRegisters special = state.Special;
        return new RegisterDocument(
            new RegisterDocument.GeneralRegisters(
                general.Rax,
                general.Rbx,
                general.Rcx,
                general.Rdx,
                general.Rsi,
                general.Rdi,
                general.Rsp,
                general.Rbp,
                general.R8,
                general.R9,
                general.R10,
                general.R11,
                general.R12,
                general.R13,
                general.R14,
                general.R15,
                general.Rip,
                general.Rflags),
            new RegisterDocument.DataSelectors(special.Ds.Selector, special.Es.Selector, special.Fs.Selector, special.Gs.Selector),
            special.Fs.Base,
            special.Gs.Base,
            state.ExtendedControl,
            ExtendedStateImage.WithoutZerosBehind(state.ExtendedState.AsSpan()));
    }
}
