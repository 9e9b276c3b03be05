using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What snapshots take of the host's memory: what differs, once.</summary>
[Collection(nameof(CountingAlone))]
public sealed class SnapshotMemorySpec
{
    private const ulong Data = 1 << 20;

    [SkippableTheory, OnEachBackend]
    public void Ten_thousand_snapshots_of_like_sandboxes_take_less_than_a_page_each(string backend)
    {
        const int Sandboxes = 10;
        const int Each = 1_000;
        Sandbox[] sandboxes = [.. Enumerable.Range(0, Sandboxes).Select(_ => Filled(backend))];
        var snapshots = new List<Snapshot>(Sandboxes * Each) { sandboxes[0].Snapshot() };
        Assert.InRange(snapshots[0].StoredBytes, Data * 9 / 10, Data * 2);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        foreach (Sandbox sandbox in sandboxes)
        {
            for (int i = 0; i < Each; i++)
            {
                sandbox.Call("SetStatic", snapshots.Count);
                snapshots.Add(sandbox.Snapshot());
            }
        }

        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.InRange(taken / snapshots.Count, long.MinValue, 4095);

        // They are snapshots all the same, each of another state, and of whichever sandbox.
        for (int number = 1; number < snapshots.Count; number += 997)
        {
            Sandbox sandbox = sandboxes[(number - 1) / Each];
            sandbox.Restore(snapshots[number]);
            Assert.Equal(number, sandbox.Call<int>("GetStatic"));
        }

        foreach (Sandbox sandbox in sandboxes) sandbox.Dispose();
    }

    [SkippableTheory, OnEachBackend]
    public void A_snapshot_takes_what_was_written_since_the_one_before(string backend)
    {
        using Sandbox sandbox = Filled(backend);
        Snapshot first = sandbox.Snapshot();
        sandbox.Call<ulong>("AllocAndWritePattern", 64UL << 10, 5u);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Snapshot second = sandbox.Snapshot();
        long taken = GC.GetTotalMemory(forceFullCollection: true) - before;

        // Sixteen pages and a few beside them at most, not the 256 that are there.
        Assert.InRange(taken, 16 << 10, 96 << 10);
        Assert.InRange(second.StoredBytes - first.StoredBytes, 16UL << 10, 96UL << 10);
    }

    private static Sandbox Filled(string backend)
    {
        Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(4 << 20).Build();
        sandbox.Call<ulong>("AllocAndWritePattern", Data, 7u);
        return sandbox;
    }
}
