using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What parked sandboxes and pools hold of the system's resources.</summary>
[Collection(nameof(CountingAlone))]
public sealed class PoolResourceSpec
{
    [SkippableTheory, OnEachBackend]
    public void Parked_sandboxes_hold_no_descriptor_no_mapping_and_no_guest_memory(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 2 });
        using Sandbox first = SimpleGuest.Builder(backend).Pool(pool).Build();
        Snapshot golden = first.Snapshot();
        Sandbox[] warm = Make(first, golden, 50);
        ProcessResources before = ProcessResources.Capture();

        Sandbox[] many = Make(first, golden, 2000);

        ProcessResources.AssertNoMoreThan(before);
        Assert.Equal(2, pool.Report.Live);
        Assert.Equal(1999, many[1999].Call<int>("GetStatic"));
        foreach (Sandbox sandbox in many.Concat(warm)) sandbox.Dispose();
    }

    [SkippableTheory, OnEachBackend]
    public void A_pool_and_its_sandboxes_leave_nothing_behind_whichever_goes_first(string backend)
    {
        Use(backend, 3);
        ProcessResources before = ProcessResources.Capture();

        Use(backend, 50);

        ProcessResources.AssertNoMoreThan(before);
    }

    [SkippableTheory, OnEachBackend]
    public void Forks_share_the_data_of_their_snapshot_until_they_write_to_it(string backend)
    {
        const ulong Data = 16 << 20;
        using var pool = new SandboxPool();
        using Sandbox first = SimpleGuest.Builder(backend).HeapSize(32 << 20).Pool(pool).Build();
        ulong address = first.Call<ulong>("AllocAndWritePattern", Data, 3u);
        Snapshot golden = first.Snapshot();
        Sandbox[] forks = [.. Enumerable.Range(0, 20).Select(_ => first.Fork(golden))];
        forks[0].Call("NoOp");
        long before = AnonymousBytes();
        foreach (Sandbox fork in forks) Assert.True(fork.Call<bool>("ReadPattern", address, Data, 3u));

        // Twenty copies would be 320 MiB; the runtime and the kernel's tables take some megabytes.
        Assert.InRange(AnonymousBytes() - before, long.MinValue, 64 << 20);
        forks[3].Call<ulong>("AllocAndWritePattern", 1UL << 20, 4u);
        Assert.All(forks, fork => Assert.True(fork.Call<bool>("ReadPattern", address, Data, 3u)));
        foreach (Sandbox fork in forks) fork.Dispose();

        // A micro-VM that showed the file is another sandbox's now, and then the system's again.
        using Sandbox clean = SimpleGuest.Builder(backend).HeapSize(32 << 20).Pool(pool).Build();
        Assert.All(clean.Call<byte[]>("ReadMappedBuffer", address, 4096UL), value => Assert.Equal(0, value));
    }

    // RssAnon: memory that is this process's alone.
    private static long AnonymousBytes()
    {
        string line = File.ReadLines("/proc/self/status").First(static line => line.StartsWith("RssAnon:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1].Trim(), System.Globalization.CultureInfo.InvariantCulture) << 10;
    }

    private static Sandbox[] Make(Sandbox first, Snapshot golden, int count) =>
    [
        .. Enumerable.Range(0, count).Select(number =>
        {
            Sandbox fork = first.Fork(golden);
            Assert.Equal(number, fork.Call<int>("AddToStatic", number));
            return fork;
        }),
    ];

    private static void Use(string backend, int times)
    {
        for (int round = 0; round < times; round++)
        {
            var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 4 });
            SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
            Sandbox first = builder.Build();
            Snapshot golden = first.Snapshot();
            Task ready = pool.KeepReady(builder, golden, 2);
            Sandbox[] forks = Make(first, golden, 6);
            if (round % 2 == 0) pool.Dispose(); // the filler may be at work
            else ready.Wait();
            foreach (Sandbox fork in forks) fork.Dispose();
            first.Dispose();
            pool.Dispose();
        }
    }
}
