using System.Globalization;

namespace SandboxActors.Benchmarks;

/// <summary>
/// Memory that this process takes of the machine, the kernel's on its behalf and its children's too. Counted in a control group of its own where it may
/// make one, as root may; else it is what the machine has no more available, which every other process disturbs.
/// </summary>
internal sealed class MachineMemory : IDisposable
{
    private const string FirstVersion = "/sys/fs/cgroup/memory";
    private const string SecondVersion = "/sys/fs/cgroup";
    private const string Members = "cgroup.procs";
    private const string ThisProcess = "0";

    // The kernel adds up what it has of each processor once a second.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1.1);

    private readonly string _root = Directory.Exists(FirstVersion) ? FirstVersion : SecondVersion;
    private readonly string _group;
    private readonly string? _usage;

    public MachineMemory()
    {
        _group = Path.Combine(_root, string.Create(CultureInfo.InvariantCulture, $"sandbox-actors-{Environment.ProcessId}"));
        try
        {
            Directory.CreateDirectory(_group);
            string usage = Path.Combine(_group, _root == FirstVersion ? "memory.usage_in_bytes" : "memory.current");
            if (File.Exists(usage)) File.WriteAllText(Path.Combine(_group, Members), ThisProcess);
            _usage = File.Exists(usage) ? usage : null;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Not ours to make: the machine's count has to do.
        }
    }

    /// <summary>In KiB, from a zero that is not known: only differences mean something.</summary>
    public double Taken
    {
        get
        {
            if (_usage is not null) return double.Parse(File.ReadAllText(_usage), CultureInfo.InvariantCulture) / 1024;
            Thread.Sleep(Settling);
            return -ProcFile.Kilobytes("/proc/meminfo", "MemAvailable:");
        }
    }

    public void Dispose()
    {
        if (_usage is not null) File.WriteAllText(Path.Combine(_root, Members), ThisProcess);
        if (Directory.Exists(_group)) Directory.Delete(_group);
    }
}
