using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What may be mapped into a guest, where, and what becomes of it.</summary>
public sealed class MappingSpec
{
    private static readonly GuestAddress Base = new(0x1_0000_0000);

    [SkippableTheory, OnEachBackend]
    public void What_may_not_be_mapped_is_refused_and_changes_nothing(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(8192);
        Snapshot snapshot = sandbox.Snapshot();
        GuestAddress image = SimpleGuest.Image.Pages.Start;

        Refused(Base + 1, MemoryAccess.Read, "multiple of 4096");
        Refused(Base, MemoryAccess.Read | MemoryAccess.Write, "writable");
        Refused(Base, MemoryAccess.Read | MemoryAccess.Guard, "guard");
        Refused(Base, MemoryAccess.Execute, "Read");
        Refused(Base, MemoryAccess.None, "Read");
        Refused(image, MemoryAccess.Read, "overlaps");
        Refused(image - 4096, MemoryAccess.Read, "overlaps");
        Refused(new GuestAddress(0), MemoryAccess.Read, "no memory");
        Refused(GuestAddressSpace.End - 4096, MemoryAccess.Read, "ends above");
        Refused(new GuestAddress(ulong.MaxValue - 4095), MemoryAccess.Read, "ends above");
        Refused(GuestAddressSpace.HypervisorWindow.Start, MemoryAccess.Read, "no memory");

        GuestAddress above = Base + (1 << 20);
        sandbox.MapRegion(above, memory, MemoryAccess.Read);
        snapshot = sandbox.Snapshot();
        Refused(above + 4096, MemoryAccess.Read, "overlaps the region");
        Refused(above - 4096, MemoryAccess.Read, "overlaps the region");

        void Refused(GuestAddress start, MemoryAccess access, string because)
        {
            MemoryMappingException refused = Assert.Throws<MemoryMappingException>(() => sandbox.MapRegion(start, memory, access));
            Assert.Contains(because, refused.Message, StringComparison.Ordinal);
            Assert.Equal(start, refused.Start);
            Assert.Same(snapshot, sandbox.Snapshot());
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_file_is_opened_for_reading_only(string backend)
    {
        // The kernel refuses to open a running program for writing (ETXTBSY), even to root; to others mostly for want of permission (EACCES).
        string running = Environment.ProcessPath!;
        Exception refused = Assert.ThrowsAny<Exception>(() => new FileStream(running, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        Assert.True(refused is IOException or UnauthorizedAccessException, refused.Message);

        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.MapFile(running, Base);
        Assert.Equal([0x7F, (byte)'E', (byte)'L', (byte)'F'], sandbox.Call<byte[]>("ReadMappedBuffer", Base.Value, 4UL));
    }

    [SkippableTheory, OnEachBackend]
    public void A_mapped_files_length_is_whole_pages_and_the_guest_cannot_write_it(string backend)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. Enumerable.Range(0, 5000).Select(i => (byte)i)]);
            using Sandbox sandbox = SimpleGuest.Sandbox(backend);
            Assert.Equal(8192UL, sandbox.MapFile(path, Base));
            byte[] read = sandbox.Call<byte[]>("ReadMappedBuffer", Base.Value, 8192UL);
            Assert.Equal(File.ReadAllBytes(path), read[..5000]);
            Assert.All(read[5000..], b => Assert.Equal(0, b));
            Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call<bool>("WriteMappedBuffer", Base.Value, 1UL));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_file_was_mapped_to_is_unmapped_from_the_host_with_the_sandbox(string backend)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "mapped");
            using (Sandbox sandbox = SimpleGuest.Sandbox(backend))
            {
                sandbox.MapFile(path, Base);
                Assert.Contains(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
            }

            Assert.DoesNotContain(path, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_file_that_cannot_be_mapped_is_named_and_leaves_nothing(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        string missing = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        Assert.Contains(missing, Assert.Throws<FileNotFoundException>(() => sandbox.MapFile(missing, Base)).Message, StringComparison.Ordinal);
        string empty = Path.GetTempFileName();
        try
        {
            Assert.Throws<MachineException>(() => sandbox.MapFile(empty, Base));
            Assert.Throws<MachineException>(() => sandbox.MapFile(Path.GetTempPath(), Base));
            File.WriteAllText(empty, "now it has something");
            Assert.Throws<MemoryMappingException>(() => sandbox.MapFile(empty, Base + 1));
            Assert.DoesNotContain(empty, File.ReadAllText("/proc/self/maps"), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(empty);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_file_truncated_under_the_guest_poisons_it_and_leaves_the_host_unharmed(string backend)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[64 << 10]);
            using Sandbox sandbox = SimpleGuest.Sandbox(backend);
            Snapshot snapshot = sandbox.Snapshot();
            sandbox.MapFile(path, Base);
            using (FileStream file = new(path, FileMode.Open, FileAccess.Write)) file.SetLength(0);

            UnexpectedExitException failure = Assert.Throws<UnexpectedExitException>(() => sandbox.Call<bool>("CheckMapped", Base.Value + 4096));
            Assert.Equal(VmExitKind.LostMemory, failure.Exit.Kind);
            sandbox.Restore(snapshot);
            Assert.Equal("healed", sandbox.Call<string>("Echo", "healed"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Memory_disposed_while_it_is_mapped_stays_the_guests_until_it_is_unmapped(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot without = sandbox.Snapshot();
        GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        memory.Slice(0, 4).Fill(0x5A);
        sandbox.MapRegion(Base, memory, MemoryAccess.Read);
        memory.Dispose();

        // Were the memory given back, the next one to allocate a page would be handed it, and the guest would read along.
        using GuestMemoryBlock others = GuestMemoryArena.Shared.Allocate(4096);
        others.Slice(0, 4).Fill(0xEE);
        Assert.Equal([0x5A, 0x5A, 0x5A, 0x5A], sandbox.Call<byte[]>("ReadMappedBuffer", Base.Value, 4UL));
        sandbox.Restore(without);
        Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call<bool>("CheckMapped", Base.Value));
    }

    [SkippableTheory, OnEachBackend]
    public void As_many_regions_as_there_are_slots_can_be_mapped_and_no_more(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        memory.Slice(0, 1)[0] = 1;
        for (int i = 0; i < 62; i++) sandbox.MapRegion(Base + ((ulong)i * 8192), memory, MemoryAccess.Read);
        Assert.Contains("62 regions", Assert.Throws<MemoryMappingException>(() => sandbox.MapRegion(Base + (1 << 30), memory, MemoryAccess.Read)).Message, StringComparison.Ordinal);
        Assert.Equal([1], sandbox.Call<byte[]>("ReadMappedBuffer", Base.Value + (61 * 8192), 1UL));
    }
}
