using System.Runtime.InteropServices;
using SandboxActors.Kvm;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Cli.Tests;

/// <summary>A machine on which all is well, unless a test says otherwise.</summary>
internal sealed record FakeHost : IHostView
{
    public const string Limits =
        "Limit                     Soft Limit           Hard Limit           Units\n"
        + "Max processes             96365                96365                processes\n"
        + "Max open files            20000                20000                files\n";

    public static readonly HostLimits Plenty = new(OpenFiles: 100, MostOpenFiles: 20_000, Mappings: 500, MostMappings: 65_530, AvailableMemory: 16L << 30);

    public string System { get; init; } = "Linux 6.1";

    public bool IsLinux { get; init; } = true;

    public Architecture Architecture { get; init; } = Architecture.X64;

    public int Processors { get; init; } = 4;

    public bool IsContainer { get; init; }

    public DeviceAccess Device { get; init; } = DeviceAccess.Usable;

    public HostLimits? HostLimits { get; init; } = Plenty;

    public Func<KvmDescription> Kvm { get; init; } = static () => new KvmDescription(12, 10, 509, HasManualDirtyLog: true);

    public Func<IHypervisor> Hypervisor { get; init; } = static () => new NamedHypervisor("kvm");

    public Dictionary<string, string> Variables { get; init; } = [];

    public Dictionary<string, string> Files { get; init; } = new()
    {
        ["/proc/cpuinfo"] = "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu vmx avx\n",
        ["/proc/meminfo"] = "MemTotal:       33554432 kB\nMemAvailable:   16777216 kB\nSwapTotal:             0 kB\n",
        ["/proc/self/limits"] = Limits,
        ["/proc/self/cgroup"] = "0::/app.service\n",
        ["/sys/fs/cgroup/app.service/pids.max"] = "max\n",
        ["/proc/sys/vm/overcommit_memory"] = "0\n",
    };

    public DeviceAccess Probe(string path) => Device;

    public string? Read(string path) => Files.GetValueOrDefault(path);

    public string? Environment(string name) => Variables.GetValueOrDefault(name);

    public HostLimits? ReadLimits() => HostLimits;

    public KvmDescription DescribeKvm() => Kvm();

    public IHypervisor OpenKvm() => Hypervisor();

    /// <summary>The same with another file.</summary>
    public FakeHost With(string path, string content) => this with { Files = new Dictionary<string, string>(Files) { [path] = content } };

    /// <summary>A KVM that tests may open and dispose anywhere: machines in software by its name.</summary>
    private sealed class NamedHypervisor(string name) : IHypervisor
    {
        public string Name => name;

        public uint TimestampCounterKilohertz => SharedHypervisor.Emulator.TimestampCounterKilohertz;

        public IVirtualMachine CreateMachine(MachineOptions options) => SharedHypervisor.Emulator.CreateMachine(options);

        public void Dispose()
        {
        }
    }
}
