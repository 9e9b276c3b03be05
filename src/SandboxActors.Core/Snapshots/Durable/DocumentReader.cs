using System.Collections.Immutable;
using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Core.Image;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>Makes of a document what it says, if that can be. Everything in it is tested here, before anything is made of it.</summary>
/// <param name="document">The document.</param>
/// <param name="directory">Says what is wrong.</param>
internal sealed class DocumentReader(SnapshotDocument document, BlobDirectory directory)
{
    private const int MaximumNameLength = 256;

    /// <summary>The guest program: what its pages hold is in the snapshot, so it has no content of its own.</summary>
    /// <param name="symbols">The blob of symbols; empty if there is none.</param>
    /// <exception cref="SnapshotFormatException">No guest program is like that.</exception>
    public GuestImage ReadGuest(ReadOnlyMemory<byte> symbols)
    {
        Require(document.GuestAbi == GuestAbi.Version, SnapshotProblem.UnsupportedVersion, "its guest keeps to another version of the guest ABI");
        SnapshotDocument.GuestProgram guest = document.Guest;
        Require(guest.Name.Length is > 0 and <= MaximumNameLength, "its guest's name is empty or too long");
        ImageSegment[] segments = [.. guest.Segments.Select(segment => new ImageSegment(Read(segment.Range), Read(segment.Access), default))];
        Require(segments.Length is > 0 and <= ElfReader.MaximumProgramHeaders, "its guest has no segments, or too many");
        for (int i = 0; i < segments.Length; i++)
        {
            GuestRange pages = segments[i].Pages;
            Require(pages.IsPageAligned && pages.Length > 0 && ElfReader.ImageSpace.Contains(pages), $"its guest has a segment {pages}");
            Require(i == 0 || segments[i - 1].Pages.End <= pages.Start, "its guest's segments overlap or are not in order");
        }

        Require(segments[^1].Pages.End - segments[0].Pages.Start <= ElfReader.MaximumImageSize, "its guest is too large");
        var entry = new GuestAddress(guest.Entry);
        Require(segments.Any(s => s.Access.HasFlag(MemoryAccess.Execute) && s.Pages.Contains(entry)), "its guest's entry lies outside its code");
        Require(SymbolSections.IsPossible(guest.Symbols, guest.Names) && guest.Symbols + guest.Names == symbols.Length, "its symbols are not what it says");
        return GuestImage.OfSnapshot(guest.Name, segments, entry, SymbolSections.From(symbols[..guest.Symbols], symbols[guest.Symbols..]));
    }

    /// <summary>Where everything lies in the guest.</summary>
    /// <exception cref="SnapshotFormatException">No guest of this version is laid out like that.</exception>
    public SandboxLayout ReadLayout(GuestImage guest)
    {
        SnapshotDocument.GuestLayout saved = document.Layout;
        SandboxOptions options = SandboxOptions.Default with
        {
            HeapSize = (ulong)saved.Heap.Size,
            StackSize = (ulong)saved.Stack.Size,
            InputBufferSize = (ulong)saved.Input.Size,
            OutputBufferSize = (ulong)saved.Output.Size,
        };
        try
        {
            options.Validate();
        }
        catch (ArgumentOutOfRangeException outside)
        {
            throw directory.Refused(SnapshotProblem.Malformed, "a part of its guest's memory has a size that none can have", outside);
        }

        SandboxLayout layout = SandboxLayout.For(guest, options);
        Require(
            layout.Boot == Read(saved.Boot) && layout.Input == Read(saved.Input) && layout.Calls == Read(saved.Calls) && layout.Output == Read(saved.Output)
            && layout.Answers == Read(saved.Answers) && layout.Heap == Read(saved.Heap) && layout.Stack == Read(saved.Stack),
            SnapshotProblem.UnsupportedVersion,
            "its guest's memory is laid out in another way than this version does it");
        return layout;
    }

    /// <summary>What the guest may call.</summary>
    /// <exception cref="SnapshotFormatException">A function cannot be like that.</exception>
    public ImmutableArray<HostFunctionSignature> ReadHostFunctions()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (SnapshotDocument.HostFunction function in document.HostFunctions)
        {
            Require(function.Name.Length > 0 && names.Add(function.Name), "a host function has no name, or another's");
            Require(function.Parameters.Length <= WireLimits.MaximumParameters, "a host function has too many parameters");
            Require(Enum.IsDefined(function.Result) && function.Parameters.All(IsParameter), "a host function has a type that there is not");
        }

        return [.. document.HostFunctions.Select(static f => new HostFunctionSignature(f.Name, [.. f.Parameters], f.Result))];
    }

    /// <summary>What the vCPU held, of which only what is a guest's own counts: the rest is zero.</summary>
    /// <exception cref="SnapshotFormatException">No vCPU can hold that.</exception>
    public VcpuState ReadRegisters()
    {
        RegisterDocument.GeneralRegisters g = document.Registers.General;
        RegisterDocument.DataSelectors selectors = document.Registers.Selectors;
        var state = new VcpuState
        {
            General = new GeneralRegisters
            {
                Rax = g.Rax,
                Rbx = g.Rbx,
                Rcx = g.Rcx,
                Rdx = g.Rdx,
                Rsi = g.Rsi,
                Rdi = g.Rdi,
                Rsp = g.Rsp,
                Rbp = g.Rbp,
                R8 = g.R8,
                R9 = g.R9,
                R10 = g.R10,
                R11 = g.R11,
                R12 = g.R12,
                R13 = g.R13,
                R14 = g.R14,
                R15 = g.R15,
                Rip = g.Rip,
                Rflags = g.Rflags,
            },
            Special = new SpecialRegisters
            {
                Ds = new SegmentRegister { Selector = selectors.Ds },
                Es = new SegmentRegister { Selector = selectors.Es },
                Fs = new SegmentRegister { Selector = selectors.Fs, Base = document.Registers.FsBase },
                Gs = new SegmentRegister { Selector = selectors.Gs, Base = document.Registers.GsBase },
            },
            ExtendedState = [.. document.Registers.ExtendedState],
            ExtendedControl = document.Registers.ExtendedControl,
            Debug = default,
            ModelSpecific = [],
        };
        if (GuestOwnedState.FindImpossible(state) is { } problem) throw directory.Refused(SnapshotProblem.Malformed, problem);
        return state;
    }

    /// <summary>The regions mapped into the guest.</summary>
    /// <param name="layout">The guest's own memory.</param>
    /// <exception cref="SnapshotFormatException">A region cannot be there, or not be so.</exception>
    public IReadOnlyList<(GuestRange Range, MemoryAccess Access, string Digest)> ReadRegions(SandboxLayout layout)
    {
        var read = new List<(GuestRange Range, MemoryAccess Access, string Digest)>();
        Require(document.Regions.Length <= RegionMap.Maximum, "more regions are mapped than can be");
        foreach (SnapshotDocument.Region region in document.Regions)
        {
            GuestRange range = Read(region.Range);
            MemoryAccess access = Read(region.Access);
            Require(range.IsPageAligned && range.Length > 0, "a region is not of whole pages");
            Require(read.Count == 0 || read[^1].Range.End <= range.Start, "its regions overlap or are not in order");
            try
            {
                RegionMap.Check(range.Start, range.Length, access, layout, []);
            }
            catch (MemoryMappingException refused)
            {
                throw directory.Refused(SnapshotProblem.Malformed, "a region is mapped where none can be", refused);
            }

            read.Add((range, access, region.Digest));
        }

        return read;
    }

    private static bool IsParameter(GuestValueType type) => Enum.IsDefined(type) && type != GuestValueType.Void;

    private GuestRange Read(SnapshotDocument.Range range)
    {
        Require(range.Size >= 0 && (ulong)range.Size <= ulong.MaxValue - range.Start, "a range of addresses has no end");
        return new GuestRange(new GuestAddress(range.Start), (ulong)range.Size);
    }

    private MemoryAccess Read(SnapshotDocument.Access access) => access switch
    {
        SnapshotDocument.Access.Read => MemoryAccess.Read,
        SnapshotDocument.Access.ReadWrite => MemoryAccess.Read | MemoryAccess.Write,
        SnapshotDocument.Access.ReadExecute => MemoryAccess.Read | MemoryAccess.Execute,
        _ => throw directory.Refused(SnapshotProblem.Malformed, "an access is none that there is"),
    };

    private void Require(bool holds, string otherwise) => Require(holds, SnapshotProblem.Malformed, otherwise);

    private void Require(bool holds, SnapshotProblem problem, string otherwise)
    {
        if (!holds) throw directory.Refused(problem, otherwise);
    }
}
