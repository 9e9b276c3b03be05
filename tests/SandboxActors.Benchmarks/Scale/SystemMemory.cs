using System.Globalization;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>How much memory the system has left, the kernel's own use counted: what a process alone cannot tell of itself.</summary>
internal static class SystemMemory
{
    /// <summary>What the system has left, in KiB: falls by what the kernel takes, too, and by what other processes do.</summary>
    public static double Available() => Read("/proc/meminfo", "MemAvailable:");

    /// <summary>What this process has in memory, in KiB.</summary>
    public static double Resident() => Read("/proc/self/status", "VmRSS:");

    // After everything that nobody refers to has been collected, and given back to the system.
    private static double Read(string file, string name)
    {
        for (int round = 0; round < 2; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
