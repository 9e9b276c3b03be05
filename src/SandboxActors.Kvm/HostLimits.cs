using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// What this process may have of what machines take, and what it has. Looked at before a machine is made, since where the kernel refuses it says no more than
/// a number, and where memory is short it does not even refuse.
/// </summary>
/// <param name="OpenFiles">Descriptors that are open.</param>
/// <param name="MostOpenFiles">How many may be.</param>
/// <param name="Mappings">Mappings that there are.</param>
/// <param name="MostMappings">How many may be.</param>
/// <param name="AvailableMemory">Bytes that the system can give without swapping, and the control group allows.</param>
internal readonly record struct HostLimits(long OpenFiles, long MostOpenFiles, long Mappings, long MostMappings, long AvailableMemory)
{
    /// <summary>Descriptors that a machine takes.</summary>
    public const int FilesPerMachine = 2;

    private const int SpareFiles = 32;
    private const int SpareMappings = 256;
    private const long MemoryPerMachine = 640 << 10; // measured, with a small guest: some 715 of the first, 515 of those behind the first thousand (ShadowReserve)
    private const long SpareMemory = 64L << 20;

    /// <summary>How many more machines there is room for.</summary>
    public long Room => Math.Max(0, Math.Min(RoomForFiles, Math.Min(RoomForMappings, RoomForMemory)));

    /// <summary>How many more machines there are open files for.</summary>
    public long RoomForFiles => (MostOpenFiles - OpenFiles - SpareFiles) / FilesPerMachine;

    /// <summary>How many more machines there are mappings for.</summary>
    public long RoomForMappings => MostMappings - Mappings - SpareMappings;

    /// <summary>How many more machines there is memory for.</summary>
    public long RoomForMemory => (AvailableMemory - SpareMemory) / MemoryPerMachine;

    /// <summary>Asks the system.</summary>
    public static HostLimits Read() => new(
        Directory.EnumerateFileSystemEntries("/proc/self/fd").LongCount(),
        MostOpenFilesOf(File.ReadLines("/proc/self/limits")),
        File.ReadLines("/proc/self/maps").LongCount(),
        long.Parse(File.ReadAllText("/proc/sys/vm/max_map_count"), CultureInfo.InvariantCulture),
        Math.Min(AvailableMemoryOf(File.ReadLines("/proc/meminfo")), ControlGroupMemory.Available(ReadIfThere) ?? long.MaxValue));

    /// <summary>What keeps another machine from being made, and what to do about it.</summary>
    /// <returns>The failure; null if there is room.</returns>
    public MachineException? FindShortage()
    {
        if (RoomForFiles <= 0)
        {
            return Short(
                $"{OpenFiles} of the {MostOpenFiles} files that this process may have open are open, and a machine takes {FilesPerMachine}: raise the limit (ulimit -n, or LimitNOFILE= of the service)");
        }

        if (RoomForMappings <= 0)
        {
            return Short(
                $"this process has {Mappings} of the {MostMappings} memory mappings that it may have, and a machine takes one: raise the limit (sysctl vm.max_map_count)");
        }

        if (RoomForMemory <= 0)
        {
            return Short(
                $"{AvailableMemory >> 20} MiB of memory are available, and a machine takes some {MemoryPerMachine >> 10} KiB: add memory, or give the control group more (memory.max)");
        }

        return null;
    }

    // "Max open files            1024                 524288               files": the soft limit first, in the column of 26.
    internal static long MostOpenFilesOf(IEnumerable<string> limits)
    {
        string line = limits.First(static line => line.StartsWith("Max open files", StringComparison.Ordinal));
        string soft = line["Max open files".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
    }

    // "MemAvailable:   23456789 kB"
    internal static long AvailableMemoryOf(IEnumerable<string> memory)
    {
        string line = memory.First(static line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }

    private static string? ReadIfThere(string path) => File.Exists(path) ? File.ReadAllText(path) : null;

    private static MachineException Short(string reason) =>
        new("KVM_CREATE_VM", 0, $"There is no room for another machine: {reason}; or have fewer machines (sandbox-actors.pool.max-live).");
}
