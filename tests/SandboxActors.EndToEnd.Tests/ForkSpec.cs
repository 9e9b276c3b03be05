using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>New sandboxes that go on where a snapshot was taken, with a pool and without.</summary>
public sealed class ForkSpec
{
    [SkippableTheory]
    [OnEachBackend(true)]
    [OnEachBackend(false)]
    public void A_fork_goes_on_where_its_snapshot_was_taken_and_apart_from_all_others(string backend, bool isPooled)
    {
        using SandboxPool? pool = isPooled ? new SandboxPool() : null;
        SandboxBuilder builder = Builder(backend, pool);
        using Sandbox parent = builder.Build();
        parent.Call("SetStatic", 7);
        Snapshot golden = parent.Snapshot();
        parent.Call("SetStatic", 8);

        using Sandbox one = parent.Fork(golden);
        using Sandbox other = builder.Fork(golden);
        Assert.Equal(8, one.Call<int>("AddToStatic", 1));
        Assert.Equal(17, other.Call<int>("AddToStatic", 10));
        Assert.Equal(8, one.Call<int>("GetStatic"));
        Assert.Equal(8, parent.Call<int>("GetStatic"));

        // What it starts with is a snapshot of its own; its parent's is its parent's.
        Assert.Throws<SnapshotMismatchException>(() => one.Restore(golden));
        using Sandbox third = one.Fork(golden);
        Snapshot start = third.Snapshot();
        Assert.Equal(8, third.Call<int>("AddToStatic", 1));
        third.Restore(start);
        Assert.Equal(7, third.Call<int>("GetStatic"));
        Assert.Equal(3, new[] { parent.Id, one.Id, other.Id }.Distinct().Count());
    }

    [SkippableTheory, OnEachBackend]
    public void A_fork_of_a_fork_outlives_both_that_it_came_from(string backend)
    {
        using var pool = new SandboxPool();
        Sandbox parent = Builder(backend, pool).Build();
        ulong address = parent.Call<ulong>("AllocAndWritePattern", 100_000UL, 5u);
        Sandbox child = parent.Fork(parent.Snapshot());
        parent.Dispose();
        child.Call("SetStatic", 3);
        using Sandbox grandchild = child.Fork(child.Snapshot());
        child.Dispose();

        Assert.True(grandchild.Call<bool>("ReadPattern", address, 100_000UL, 5u));
        Assert.Equal(3, grandchild.Call<int>("GetStatic"));
        Assert.Throws<ObjectDisposedException>(() => parent.Fork(grandchild.Snapshot()));
    }

    [SkippableTheory, OnEachBackend]
    public void Each_fork_has_random_numbers_of_its_own(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 2 });
        using Sandbox parent = Builder(backend, pool).Build();
        parent.Call<byte[]>("RandomBytes", 16u);
        Snapshot golden = parent.Snapshot();

        var seen = new HashSet<string>();
        for (int i = 0; i < 50; i++)
        {
            using Sandbox fork = parent.Fork(golden);
            Assert.True(seen.Add(Convert.ToHexString(fork.Call<byte[]>("RandomBytes", 32u))));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Registers_are_forked_too(string backend)
    {
        using var pool = new SandboxPool();
        using Sandbox parent = Builder(backend, pool).Build();
        parent.Call("SetVectorRegister", 0x1234_5678_9ABC_DEF0UL);
        parent.Call("SetMxcsr", 0x1F80u | 0x6000);
        parent.Call("SetX87ControlWord", 0x37Fu | 0xC00);
        using Sandbox fork = parent.Fork(parent.Snapshot());

        Assert.Equal(0x1234_5678_9ABC_DEF0UL, fork.Call<ulong>("GetVectorRegister"));
        Assert.Equal(0x7F80u, fork.Call<uint>("GetMxcsr"));
        Assert.Equal(0xF7Fu, fork.Call<uint>("GetX87ControlWord"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_fork_needs_the_same_host_functions_or_more(string backend)
    {
        using Sandbox parent = Builder(backend, pool: null).HostFunction("HostAdd", (int a, int b) => a + b).Build();
        Snapshot golden = parent.Snapshot();

        Assert.Equal(["Int32 HostAdd(Int32, Int32)"], Assert.Throws<MissingHostFunctionsException>(() => Builder(backend, pool: null).Fork(golden)).Missing);
        Assert.Throws<MissingHostFunctionsException>(() => Builder(backend, pool: null).HostFunction("HostAdd", (int a, long b) => a + (int)b).Fork(golden));
        using Sandbox fork = Builder(backend, pool: null).HostFunction("HostAdd", (int a, int b) => a * b).HostFunction("Other", () => 1).Fork(golden);
        Assert.Equal(12, fork.Call<int>("Add", 3, 4));
        Assert.Equal(7, parent.Call<int>("Add", 3, 4));
    }

    [SkippableTheory, OnEachBackend]
    public void A_snapshot_of_another_guest_is_refused_and_sizes_are_the_snapshot_s(string backend)
    {
        using Sandbox parent = Builder(backend, pool: null).Build();
        Snapshot golden = parent.Snapshot();

        using Sandbox fork = Builder(backend, pool: null).HeapSize(1 << 20).Fork(golden);
        Assert.Equal(parent.Call<ulong>("FreeHeapBytes"), fork.Call<ulong>("FreeHeapBytes"));
        using Sandbox other = new SandboxBuilder(Backends.Open(backend), GuestImage.FromFile(Guests.GuestFiles.Path("hello"))).PrintTo(static _ => { }).Build();
        Assert.Throws<ArgumentException>(() => other.Fork(golden));
    }

    [SkippableFact]
    public void A_snapshot_of_one_kind_of_machine_is_refused_by_another()
    {
        using Sandbox onKvm = Builder("kvm", pool: null).Build();
        Snapshot golden = onKvm.Snapshot();

        string message = Assert.Throws<ArgumentException>(() => Builder("emulator", pool: null).Fork(golden)).Message;
        Assert.Contains("taken on kvm and cannot go on on emulator", message, StringComparison.Ordinal);
    }

    [SkippableTheory]
    [OnEachBackend(true)]
    [OnEachBackend(false)]
    public void Mapped_regions_are_forked_and_one_that_is_gone_is_told(string backend, bool isPooled)
    {
        using SandboxPool? pool = isPooled ? new SandboxPool() : null;
        var at = new GuestAddress(0x1_0000_0000);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        memory.Slice(0, 1)[0] = 42;
        using Sandbox parent = Builder(backend, pool).Build();
        parent.MapRegion(at, memory, MemoryAccess.Read);
        Snapshot golden = parent.Snapshot();
        using Sandbox fork = parent.Fork(golden);
        Assert.Single(fork.MappedRegions);
        Assert.Equal([42], fork.Call<byte[]>("ReadMappedBuffer", at.Value, 1UL));

        // Memory is there as long as anybody has it mapped, whatever its owner does.
        using Sandbox late = parent.Fork(golden);
        memory.Dispose();
        fork.Dispose();
        parent.Dispose();
        if (!isPooled)
        {
            Assert.Equal([42], late.Call<byte[]>("ReadMappedBuffer", at.Value, 1UL));
            late.Dispose();
        }

        Assert.Throws<SnapshotUnusableException>(() => Builder(backend, pool).Fork(golden));
        if (isPooled) Assert.Throws<SnapshotUnusableException>(() => late.Call("NoOp")); // it had none of its own yet
    }

    private static SandboxBuilder Builder(string backend, SandboxPool? pool)
    {
        SandboxBuilder builder = SimpleGuest.Builder(backend);
        return pool is null ? builder : builder.Pool(pool);
    }
}
