using System.Diagnostics;
using SandboxActors.Machine;
using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>
/// What this process holds of the system's resources at a moment. For tests that count; such a test must run alone: put its class into a collection
/// with <c>DisableParallelization</c>, and use every code path once before the first capture, since the runtime itself maps memory when it compiles
/// or loads.
/// </summary>
/// <param name="KvmDescriptors">Open descriptors of VMs and vCPUs.</param>
/// <param name="KvmMappings">Run pages of vCPUs that are mapped.</param>
/// <param name="ArenaBytes">Bytes of guest memory out of <see cref="GuestMemoryArena.Shared"/>.</param>
/// <param name="Descriptors">All open descriptors but those of assemblies, which the runtime keeps open as it loads them.</param>
/// <param name="FileMappings">Mappings of files other than executables and libraries, run pages among them.</param>
/// <param name="Mappings">All mappings; the runtime adds and merges some of its own.</param>
/// <param name="Threads">Threads; the runtime's pool adds and ends some of its own.</param>
public sealed record ProcessResources(
    int KvmDescriptors, int KvmMappings, ulong ArenaBytes, int Descriptors, int FileMappings, int Mappings, int Threads)
{
    /// <summary>Mappings that the runtime may add on its own between two captures.</summary>
    public const int RuntimeMappings = 64;

    /// <summary>Threads that the runtime and the test runner may add on their own between two captures.</summary>
    public const int RuntimeThreads = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Counts, after everything that nobody refers to any more has been collected and finalized.</summary>
    public static ProcessResources Capture()
    {
        CollectGarbage();
        return Count();
    }

    /// <summary>
    /// Asserts that the process holds no more than it held before. Waits for what ends on its own, with a bound. What is ours is compared exactly;
    /// the runtime is allowed <see cref="RuntimeMappings"/> and <see cref="RuntimeThreads"/>, so do an operation often enough that a leak would
    /// exceed that.
    /// </summary>
    /// <param name="before">What was held before.</param>
    public static void AssertNoMoreThan(ProcessResources before)
    {
        ProcessResources now = Capture();
        SpinWait.SpinUntil(
            () =>
            {
                if (now.IsNoMoreThan(before)) return true;
                now = Capture();
                return false;
            },
            Patience);
        Assert.True(now.IsNoMoreThan(before), $"Before: {before}{Environment.NewLine}Now:    {now}");
    }

    private bool IsNoMoreThan(ProcessResources before) =>
        KvmDescriptors <= before.KvmDescriptors
        && KvmMappings <= before.KvmMappings
        && ArenaBytes <= before.ArenaBytes
        && Descriptors <= before.Descriptors
        && FileMappings <= before.FileMappings
        && Mappings <= before.Mappings + RuntimeMappings
        && Threads <= before.Threads + RuntimeThreads;

    private static void CollectGarbage()
    {
        // Twice: what a finalizer lets go of can be collected only after it has run.
        for (int round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static ProcessResources Count()
    {
        string[] descriptors = OperatingSystem.IsLinux() ? ReadDescriptors() : [];
        string[] mappings = OperatingSystem.IsLinux() ? File.ReadAllLines("/proc/self/maps") : [];
        using Process process = Process.GetCurrentProcess();
        return new ProcessResources(
            descriptors.Count(target => target.Contains("kvm-v", StringComparison.Ordinal)),
            mappings.Count(line => line.Contains("kvm-vcpu", StringComparison.Ordinal)),
            GuestMemoryArena.Shared.BytesInUse,
            descriptors.Length,
            mappings.Count(IsDataFile),
            mappings.Length,
            process.Threads.Count);
    }

    private static string[] ReadDescriptors()
    {
        var targets = new List<string>();
        foreach (string path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            // The one through which the directory is read is gone by the time it is looked at; others may be closed in between.
            if (new FileInfo(path).LinkTarget is { } target
                && !target.EndsWith("/fd", StringComparison.Ordinal)
                && !target.EndsWith(".dll", StringComparison.Ordinal))
                targets.Add(target);
        }

        return [.. targets];
    }

    // The last column is the path; programs and libraries, the runtime's own memory files and the kernel's areas are not meant.
    private static bool IsDataFile(string line)
    {
        string path = line.Length > 73 ? line[73..] : string.Empty;
        return path.Length > 0
            && path[0] != '['
            && !path.EndsWith(".dll", StringComparison.Ordinal)
            && !path.Contains(".so", StringComparison.Ordinal)
            && !path.Contains("doublemapper", StringComparison.Ordinal)
            && !path.Contains("dotnet", StringComparison.Ordinal);
    }
}
