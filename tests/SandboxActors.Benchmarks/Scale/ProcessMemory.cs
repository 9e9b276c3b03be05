namespace SandboxActors.Benchmarks.Scale;

/// <summary>What this process has in memory, in KiB, after everything that nobody refers to has been collected, and given back to the system.</summary>
internal static class ProcessMemory
{
    private const string Status = "/proc/self/status";

    /// <summary>All of it.</summary>
    public static double Resident() => Read("VmRSS:");

    /// <summary>Pages of its own: neither files' nor the kernel's.</summary>
    public static double Anonymous() => Read("RssAnon:");

    /// <summary>Collects all garbage, and gives it back.</summary>
    public static void Collect()
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }
    }

    private static double Read(string name)
    {
        Collect();
        return ProcFile.Kilobytes(Status, name);
    }
}
