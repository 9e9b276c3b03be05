using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A sandbox has the pages that it uses, and no others: of thousands that are alive each page is megabytes.</summary>
[Collection(nameof(CountingAlone))]
public sealed class LiveMemorySpec
{
    private const int Sandboxes = 50;

    // Boot information, input, output, heap, stack, three of data; on KVM six page tables.
    private const int Guest = 8;
    private const int Tables = 6;

    [SkippableTheory, OnEachBackend]
    public void A_sandbox_that_was_called_has_few_pages_and_a_restore_and_an_exception_bring_one_each(string backend)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "What is resident is read from /proc.");
        int tables = backend == "kvm" ? 1 : 0;
        SimpleGuest.Sandbox(backend).Dispose(); // what is there once for all
        using Sandbox first = SimpleGuest.Sandbox(backend);
        long before = ArenaPages();
        Sandbox[] alive = [.. Enumerable.Range(0, Sandboxes).Select(_ => SimpleGuest.Sandbox(backend))];
        try
        {
            foreach (Sandbox sandbox in alive) sandbox.Call("NoOp");
            Assert.Equal((Guest + (tables * Tables)) * Sandboxes, ArenaPages() - before);

            Snapshot[] snapshots = [.. alive.Select(static sandbox => sandbox.Snapshot())];
            for (int i = 0; i < alive.Length; i++)
            {
                alive[i].Call("NoOp");
                alive[i].Restore(snapshots[i]);
            }

            Assert.InRange(ArenaPages() - before, (Guest + (tables * Tables)) * Sandboxes, (Guest + (tables * (Tables + 1))) * Sandboxes);

            foreach (Sandbox sandbox in alive) Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("TriggerException"));
            Assert.InRange(ArenaPages() - before, (Guest + (tables * Tables)) * Sandboxes, (Guest + (tables * (Tables + 2))) * Sandboxes);
        }
        finally
        {
            foreach (Sandbox sandbox in alive) sandbox.Dispose();
        }

        Assert.Equal(before, ArenaPages());
    }

    // Of guest memory: of the mappings that are not given to child processes and have no huge pages.
    private static long ArenaPages()
    {
        long kilobytes = 0;
        long resident = 0;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            if (line.StartsWith("Rss:", StringComparison.Ordinal))
                resident = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            else if (line.StartsWith("VmFlags:", StringComparison.Ordinal) && line.Contains(" dc ", StringComparison.Ordinal) && line.Contains(" nh", StringComparison.Ordinal))
                kilobytes += resident;
        }

        return kilobytes * 1024 / GuestAddress.PageSize;
    }
}
