using System.Globalization;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>How much memory the system has left, the kernel's own use counted: what a process alone cannot tell of itself.</summary>
internal static class SystemMemory
{
    /// <summary>MemAvailable in KiB, after everything that nobody refers to has been collected.</summary>
    public static double Available()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        string line = File.ReadLines("/proc/meminfo").First(static line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
