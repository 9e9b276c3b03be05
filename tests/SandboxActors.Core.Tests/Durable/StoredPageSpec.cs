using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>What pages hold is read when it is needed, verified whenever it is read, and found out before anything is changed.</summary>
public sealed class StoredPageSpec : IDisposable
{
    private readonly SavedSnapshot _saved = SavedSnapshot.WithNoise(withRegion: true);

    public void Dispose() => _saved.Dispose();

    [Fact]
    public void An_altered_page_is_found_when_somebody_goes_on_from_there_and_nothing_is_left_behind()
    {
        OciDirectory copy = _saved.Copy();
        Snapshot loaded = Snapshot.Load(copy.Path);
        Alter(copy.BlobOf("memory"));
        using var arena = new GuestMemoryArena(1UL << 30);
        var hypervisor = new ScriptedHypervisor();

        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => new SandboxBuilder(hypervisor, loaded.Image) { Arena = arena }.Fork(loaded));

        Assert.Equal(SnapshotProblem.Altered, refused.Problem);
        Assert.Contains(Path.GetFileName(copy.BlobOf("memory")), refused.Message, StringComparison.Ordinal);
        Assert.Contains(" at 4096 ", refused.Message, StringComparison.Ordinal);
        Assert.Equal((0UL, true), (arena.BytesInUse, hypervisor.Machines[0].IsDisposed));
        Assert.Equal(SnapshotProblem.Altered, Assert.Throws<SnapshotFormatException>(() => Snapshot.Verify(copy.Path)).Problem);
        Assert.Equal(SnapshotProblem.Altered, Assert.Throws<SnapshotFormatException>(() => loaded.Save(_saved.NewPath("again"))).Problem);
        Assert.False(Directory.Exists(_saved.NewPath("again")));
    }

    // Of a page that is cut in two the rest is zeros.
    [Theory]
    [InlineData(0, SnapshotProblem.Truncated)]
    [InlineData(GuestAddress.PageSize, SnapshotProblem.Truncated)]
    [InlineData(5_000, SnapshotProblem.Altered)]
    public void A_file_that_is_truncated_after_it_was_loaded_ends_no_process(int length, SnapshotProblem problem)
    {
        OciDirectory copy = _saved.Copy();
        Snapshot loaded = Snapshot.Load(copy.Path);
        using (FileStream memory = File.OpenWrite(copy.BlobOf("memory"))) memory.SetLength(length);

        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => _saved.Fork(loaded, out _));

        Assert.Equal(problem, refused.Problem);
        Assert.Equal(SnapshotProblem.Truncated, Assert.Throws<SnapshotFormatException>(() => Snapshot.Load(copy.Path)).Problem);
    }

    [Fact]
    public void A_long_run_of_pages_that_was_altered_can_be_forked_when_the_file_has_been_mended()
    {
        const int HeapSize = 2 * GoldenMemory.ShortestRun * GuestAddress.PageSize;
        using var saved = new SavedSnapshot(static heap => new Random(6).NextBytes(heap), heapSize: HeapSize);
        OciDirectory copy = saved.Copy();
        Snapshot loaded = Snapshot.Load(copy.Path);
        byte[] good = File.ReadAllBytes(copy.BlobOf("memory"));
        Alter(copy.BlobOf("memory"));
        Assert.Equal(SnapshotProblem.Altered, Assert.Throws<SnapshotFormatException>(() => saved.Fork(loaded, out _)).Problem);

        File.WriteAllBytes(copy.BlobOf("memory"), good);
        saved.AssertIsSaved(loaded);
    }

    [Fact]
    public void A_restore_that_needs_an_altered_page_changes_nothing()
    {
        OciDirectory copy = _saved.Copy();
        using Sandbox fork = _saved.Fork(Snapshot.Load(copy.Path), out ScriptedMachine machine);
        machine.Log = [];
        Snapshot before = fork.Snapshot();
        Span<byte> heap = SavedSnapshot.HeapOf(machine);
        int changed = (2 * GuestAddress.PageSize) + 7;
        byte original = heap[changed];
        heap[changed] ^= 0xFF;
        machine.LogWrite(SavedSnapshot.HeapAddress + (ulong)changed);
        fork.MapRegion(new GuestAddress(0x2_0000_0000), before.Regions[0].Memory, MemoryAccess.Read); // so that the snapshot is not current any more
        byte[] good = File.ReadAllBytes(copy.BlobOf("memory"));
        Alter(copy.BlobOf("memory"), 2 * GuestAddress.PageSize);

        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => fork.Restore(before));

        Assert.Equal(SnapshotProblem.Altered, refused.Problem);
        Assert.Equal(SandboxStatus.Ready, fork.Status);
        Assert.Equal((byte)(original ^ 0xFF), SavedSnapshot.HeapOf(machine)[changed]);
        Assert.Equal(3, fork.MappedRegions.Count);

        File.WriteAllBytes(copy.BlobOf("memory"), good);
        fork.Restore(before);
        Assert.Equal(original, SavedSnapshot.HeapOf(machine)[changed]);
        Assert.Equal(2, fork.MappedRegions.Count);
    }

    [Fact]
    public void A_snapshot_of_a_fork_needs_no_file()
    {
        OciDirectory copy = _saved.Copy();
        using Sandbox fork = _saved.Fork(Snapshot.Load(copy.Path), out _);
        using (FileStream memory = File.OpenWrite(copy.BlobOf("memory"))) memory.SetLength(0);

        // All of its memory counts as written, so all of it is compared.
        Snapshot taken = fork.Snapshot();

        Assert.Equal(_saved.Snapshot.Pages.All().Select(held => held.Number), taken.Pages.All().Select(held => held.Number));
    }

    [Fact]
    public void A_page_that_is_needed_a_second_time_stays_in_memory()
    {
        OciDirectory copy = _saved.Copy();
        Snapshot loaded = Snapshot.Load(copy.Path);
        _saved.AssertIsSaved(loaded);
        _saved.AssertIsSaved(loaded);
        using (FileStream memory = File.OpenWrite(copy.BlobOf("memory"))) memory.SetLength(0);

        _saved.AssertIsSaved(loaded);
    }

    [Fact]
    public void Opening_leaves_pages_where_they_are()
    {
        const int HeapSize = 32 << 20;
        using var large = new SavedSnapshot(new Random(3).NextBytes, heapSize: HeapSize);
        Snapshot.Load(large.Location); // what is compiled and loaded once
        long before = GC.GetAllocatedBytesForCurrentThread();

        Snapshot loaded = Snapshot.Load(large.Location);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, HeapSize / 20);
        Assert.Equal(0UL, loaded.StoredBytes);
        Assert.InRange(loaded.Pages.All().Count() * GuestAddress.PageSize, HeapSize, HeapSize + (1 << 20));
    }

    [Fact]
    public void A_directory_that_is_deleted_after_it_was_loaded_is_still_there_for_whoever_has_it()
    {
        OciDirectory copy = _saved.Copy();
        Snapshot loaded = Snapshot.Load(copy.Path);
        Directory.Delete(copy.Path, recursive: true);

        _saved.AssertIsSaved(loaded);
    }

    [Fact]
    public void An_altered_region_is_found_before_a_guest_sees_it()
    {
        OciDirectory copy = _saved.Copy();
        Alter(copy.BlobOf("region"));
        Snapshot loaded = Snapshot.Load(copy.Path);

        for (int i = 0; i < 2; i++)
        {
            SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => _saved.Fork(loaded, out _));
            Assert.Equal(SnapshotProblem.Altered, refused.Problem);
            Assert.Contains(Path.GetFileName(copy.BlobOf("region")), refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal(SnapshotProblem.Altered, Assert.Throws<SnapshotFormatException>(() => Snapshot.Verify(copy.Path)).Problem);
    }

    [Fact]
    public void Threads_that_go_on_from_one_snapshot_at_once_all_get_what_was_saved()
    {
        OciDirectory copy = _saved.Copy();
        for (int round = 0; round < 50; round++)
        {
            Snapshot loaded = Snapshot.Load(copy.Path);
            Parallel.For(0, 4, _ =>
            {
                var hypervisor = new ScriptedHypervisor();
                using Sandbox fork = new SandboxBuilder(hypervisor, loaded.Image).Fork(loaded);
                Assert.True(SavedSnapshot.HeapOf(hypervisor.Machines[0]).SequenceEqual(_saved.Heap));
            });
        }
    }

    private static void Alter(string file, long offset = GuestAddress.PageSize)
    {
        using FileStream stream = new(file, FileMode.Open, FileAccess.ReadWrite);
        stream.Position = offset;
        int old = stream.ReadByte();
        stream.Position = offset;
        stream.WriteByte((byte)~old);
    }
}
