using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>A sandbox on a scripted machine whose heap holds something, and its snapshot, saved to a directory of its own.</summary>
internal sealed class SavedSnapshot : IDisposable
{
    public static readonly GuestAddress RegionStart = new(0x1_0000_0000);

    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build(), "scripted");
    private static readonly SandboxLayout Layout = SandboxLayout.For(Image, Options(64 << 10));

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("saved-snapshot");
    private readonly ScriptedHypervisor _hypervisor = new();
    private readonly GuestMemoryBlock? _region;

    /// <summary>Saves one.</summary>
    /// <param name="fill">Writes to the heap, which is zeros.</param>
    /// <param name="withRegion">Whether a region of two pages is mapped into the guest, twice.</param>
    /// <param name="heapSize">In bytes.</param>
    public SavedSnapshot(SpanAction fill, bool withRegion = false, int heapSize = 64 << 10)
    {
        Sandbox = new SandboxBuilder(_hypervisor, Image).WithOptions(Options(heapSize)).Build();
        fill(_hypervisor.Machines[0].Memory(Layout.Heap.Start, heapSize));
        if (withRegion)
        {
            _region = GuestMemoryArena.Shared.Allocate(8192);
            _region.Slice(0, 8192).Fill(0x77);
            Sandbox.MapRegion(RegionStart, _region, MemoryAccess.Read);
            Sandbox.MapRegion(RegionStart + (1 << 20), _region, MemoryAccess.Read | MemoryAccess.Execute);
        }

        Snapshot = Sandbox.Snapshot();
        Digest = Snapshot.Save(Location);
    }

    /// <summary>Writes to a part of guest memory.</summary>
    public delegate void SpanAction(Span<byte> memory);

    public Sandbox Sandbox { get; }

    public Snapshot Snapshot { get; }

    public string Digest { get; }

    /// <summary>Where it is.</summary>
    public string Location => Path.Combine(_folder.FullName, "saved");

    /// <summary>The heap of the sandbox.</summary>
    public Span<byte> Heap => HeapOf(_hypervisor.Machines[0]);

    /// <summary>Three pages of noise, one of them twice.</summary>
    public static SavedSnapshot WithNoise(bool withRegion = false) => new(
        heap =>
        {
            new Random(5).NextBytes(heap[..(3 * GuestAddress.PageSize)]);
            heap[..GuestAddress.PageSize].CopyTo(heap[(7 * GuestAddress.PageSize)..]);
        },
        withRegion);

    /// <summary>A path beside it where nothing is.</summary>
    public string NewPath(string name) => Path.Combine(_folder.FullName, name);

    /// <summary>A copy that a test may spoil.</summary>
    public OciDirectory Copy() => OciDirectory.CopyOf(Location, NewPath(Guid.NewGuid().ToString("N")));

    /// <summary>Goes on from a snapshot, on a machine of its own.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="machine">The machine.</param>
    public Sandbox Fork(Snapshot snapshot, out ScriptedMachine machine)
    {
        Sandbox fork = new SandboxBuilder(_hypervisor, snapshot.Image).Fork(snapshot);
        machine = _hypervisor.Machines[^1];
        return fork;
    }

    /// <summary>Asserts that going on from a snapshot shows what was saved.</summary>
    public void AssertIsSaved(Snapshot loaded)
    {
        using Sandbox fork = Fork(loaded, out ScriptedMachine machine);
        Assert.True(HeapOf(machine).SequenceEqual(Heap));
        Assert.Equal(_hypervisor.Machines[0].ReadState().General, machine.ReadState().General);
        Assert.Equal(Snapshot.Regions.Select(r => (r.Range, r.Access)), fork.MappedRegions.Select(r => (r.Range, r.Access)));
    }

    public static GuestAddress HeapAddress => Layout.Heap.Start;

    public static Span<byte> HeapOf(ScriptedMachine machine) => machine.Memory(Layout.Heap.Start, (int)Layout.Heap.Length);

    public void Dispose()
    {
        Sandbox.Dispose();
        _region?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static SandboxOptions Options(int heapSize) => SandboxOptions.Default with { HeapSize = (ulong)heapSize };
}
