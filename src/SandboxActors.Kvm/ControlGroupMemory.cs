using System.Globalization;

namespace SandboxActors.Kvm;

/// <summary>
/// What the control groups (version 2) that a process is in leave of memory: a service or a container may have less than the machine, and when it is used up the
/// kernel ends the process instead of refusing it.
/// </summary>
internal static class ControlGroupMemory
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Bytes that are left: those of the group, or of one that it is in, that leaves the least. What the kernel can take back at once is left.</summary>
    /// <param name="read">The text of a file; null if there is none, or none that may be read.</param>
    /// <returns>Null if no group has a bound.</returns>
    public static long? Available(Func<string, string?> read)
    {
        // "0::/system.slice/some.service", among lines of version 1 where both are there.
        string? line = read("/proc/self/cgroup")?.Split('\n').FirstOrDefault(static line => line.StartsWith("0::/", StringComparison.Ordinal));
        if (line is null) return null;
        long? least = null;
        for (string group = line[3..].TrimEnd('/'); ; group = group[..group.LastIndexOf('/')])
        {
            if (AvailableIn(Root + group, read) is { } left && !(left >= least)) least = left;
            if (group.Length == 0) return least;
        }
    }

    private static long? AvailableIn(string group, Func<string, string?> read)
    {
        if (Number(read($"{group}/memory.max")) is not { } most || Number(read($"{group}/memory.current")) is not { } used) return null;
        string? cache = read($"{group}/memory.stat")?.Split('\n').FirstOrDefault(static line => line.StartsWith("inactive_file ", StringComparison.Ordinal));
        return Math.Max(0, most - used + (Number(cache?["inactive_file ".Length..]) ?? 0));
    }

    // "max" is none.
    private static long? Number(string? text) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
