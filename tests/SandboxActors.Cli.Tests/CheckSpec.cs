using System.Runtime.InteropServices;
using SandboxActors.Cli.Doctor;
using SandboxActors.Cli.Doctor.Checks;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli.Tests;

/// <summary>What each check says of machines that are not as they should be.</summary>
public sealed class CheckSpec
{
    private const string Missing = "There is no /dev/kvm: load its module (sudo modprobe kvm_intel, or kvm_amd).";

    [Fact]
    public void A_system_without_KVM_runs_in_software()
    {
        AssertFinds(new SystemCheck(), new FakeHost(), FindingState.Ok, "Linux 6.1, X64, 4 processors");
        AssertFinds(new SystemCheck(), new FakeHost { IsLinux = false, System = "macOS" }, FindingState.Warning, "macOS", "sandboxes run in software here");
        AssertFinds(new SystemCheck(), new FakeHost { Architecture = Architecture.Arm64 }, FindingState.Warning, "Arm64", "x86-64");
    }

    [Fact]
    public void A_processor_says_how_virtualization_is_switched_on()
    {
        AssertFinds(new ProcessorCheck(), new FakeHost(), FindingState.Ok, "Some CPU, with VMX");
        FakeHost none = new FakeHost { Device = DeviceAccess.Missing }.With("/proc/cpuinfo", "model name : Some CPU\nflags : fpu\n");
        AssertFinds(new ProcessorCheck(), none, FindingState.Warning, "without VMX or SVM", "firmware");
        AssertFinds(new ProcessorCheck(), none.With("/proc/cpuinfo", "flags : fpu hypervisor\n"), FindingState.Warning, "in a virtual machine", "kvm_intel nested=1");
        AssertFinds(new ProcessorCheck(), none with { Device = DeviceAccess.Usable }, FindingState.Ok, "one of software");
        AssertFinds(new ProcessorCheck(), none with { IsLinux = false }, FindingState.Skipped, "only KVM needs to know");
    }

    [Theory]
    [InlineData(DeviceAccess.Missing, "fpu vmx", false, "sudo modprobe kvm_intel")]
    [InlineData(DeviceAccess.Missing, "fpu svm", false, "sudo modprobe kvm_amd")]
    [InlineData(DeviceAccess.Missing, "fpu svm", true, "--device /dev/kvm")]
    [InlineData(DeviceAccess.Forbidden, "fpu", false, "sudo usermod -aG kvm $USER")]
    [InlineData(DeviceAccess.Forbidden, "fpu", true, "--group-add")]
    [InlineData(DeviceAccess.Broken, "fpu svm", false, "sudo modprobe -r kvm_amd && sudo modprobe kvm_amd")]
    public void A_device_that_cannot_be_used_comes_with_the_command_that_mends_it(object access, string flags, bool isContainer, string mend)
    {
        FakeHost host = new FakeHost { Device = (DeviceAccess)access, IsContainer = isContainer }.With("/proc/cpuinfo", $"flags : {flags}\n");
        AssertFinds(new KvmDeviceCheck(), host, FindingState.Warning, "/dev/kvm", mend);
    }

    [Fact]
    public void An_interface_says_what_it_lacks()
    {
        AssertFinds(new KvmInterfaceCheck(), new FakeHost(), FindingState.Ok, "version 12, all 10 extensions that are needed");
        AssertFinds(new KvmInterfaceCheck(), new FakeHost { Device = DeviceAccess.Missing }, FindingState.Skipped, "cannot be used");
        var lacking = new FakeHost { Kvm = static () => throw new KvmUnavailableException("The KVM of this kernel lacks KVM_CAP_SYNC_REGS: use Linux 5.4 or later.") };
        AssertFinds(new KvmInterfaceCheck(), lacking, FindingState.Warning, "lacks KVM_CAP_SYNC_REGS", "use Linux 5.4 or later.");
        var refusing = new FakeHost { Kvm = static () => throw MachineException.FromErrno("KVM_GET_SUPPORTED_CPUID", 22) };
        AssertFinds(new KvmInterfaceCheck(), refusing, FindingState.Warning, "KVM_GET_SUPPORTED_CPUID failed", "Linux 5.4");
    }

    [Fact]
    public void Few_open_files_are_named_with_the_limit_that_a_pool_needs()
    {
        AssertFinds(new OpenFilesCheck(), new FakeHost(), FindingState.Ok, "room for 9934 machines");
        FakeHost few = new FakeHost { HostLimits = FakeHost.Plenty with { MostOpenFiles = 256 } }.With(
            "/proc/self/limits", "Max open files            256                  256                  files\n");
        AssertFinds(new OpenFilesCheck(), few, FindingState.Warning, "soft limit 256, hard limit 256, 100 open: room for 62 machines", "raise the hard limit to 2200");
    }

    [Fact]
    public void Few_mappings_are_named_with_the_command_that_raises_them() => AssertFinds(
        new MappingsCheck(), new FakeHost { HostLimits = FakeHost.Plenty with { MostMappings = 1000 } }, FindingState.Warning, "room for 244 machines", "sudo sysctl -w vm.max_map_count=");

    [Fact]
    public void Little_memory_is_named_whether_the_machine_or_its_control_group_has_it()
    {
        AssertFinds(new MemoryCheck(), new FakeHost(), FindingState.Ok, "16 GiB of 32 GiB available, no swap");
        AssertFinds(
            new MemoryCheck(),
            new FakeHost { HostLimits = FakeHost.Plenty with { AvailableMemory = 128 << 20 } }.With("/proc/meminfo", "MemTotal: 1048576 kB\nMemAvailable: 131072 kB\nSwapTotal: 1024 kB\n"),
            FindingState.Warning,
            "128 MiB of 1 GiB available, swap 1 MiB: room for 102 small machines",
            "Add memory");
        FakeHost group = new FakeHost { HostLimits = FakeHost.Plenty with { AvailableMemory = 128 << 20 } }.With("/sys/fs/cgroup/app.service/memory.max", "268435456\n").With("/sys/fs/cgroup/app.service/memory.current", "134217728\n");
        AssertFinds(new MemoryCheck(), group, FindingState.Warning, "(the control group leaves 128 MiB)", "memory.max");
    }

    [Fact]
    public void Memory_that_is_counted_when_it_is_mapped_is_a_warning()
    {
        AssertFinds(new OvercommitCheck(), new FakeHost(), FindingState.Ok, "vm.overcommit_memory 0");
        AssertFinds(new OvercommitCheck(), new FakeHost().With("/proc/sys/vm/overcommit_memory", "2\n"), FindingState.Warning, "counted when it is mapped", "vm.overcommit_memory=0");
    }

    [Fact]
    public void Few_threads_are_named_whoever_bounds_them()
    {
        AssertFinds(new ThreadsCheck(), new FakeHost(), FindingState.Ok, "no bound by the control group");
        FakeHost group = new FakeHost().With("/sys/fs/cgroup/app.service/pids.max", "100\n").With("/sys/fs/cgroup/app.service/pids.current", "60\n");
        AssertFinds(new ThreadsCheck(), group, FindingState.Warning, "control group 100, of which 40 are left", "--pids-limit");
        FakeHost user = new FakeHost().With("/proc/self/limits", "Max processes             50                   50                   processes\n");
        AssertFinds(new ThreadsCheck(), user, FindingState.Warning, "user limit 50", "ulimit -u");
    }

    [Fact]
    public void Capacity_is_what_the_scarcest_allows()
    {
        AssertFinds(new CapacityCheck(), new FakeHost(), FindingState.Ok, "9934 machines at once on KVM, by open files");
        AssertFinds(new CapacityCheck(), new FakeHost { HostLimits = FakeHost.Plenty with { MostMappings = 1000 } }, FindingState.Warning, "244 machines at once on KVM, by memory mappings", "max-live to 244");
        AssertFinds(new CapacityCheck(), new FakeHost { HostLimits = FakeHost.Plenty with { AvailableMemory = 1 } }, FindingState.Warning, "0 machines at once on KVM, by memory", "add memory");
    }

    [Fact]
    public void A_backend_that_was_asked_for_and_cannot_be_used_is_bad()
    {
        var missing = new FakeHost { Hypervisor = static () => throw new KvmUnavailableException(Missing) };
        AssertFinds(new BackendCheck(), new FakeHost(), FindingState.Ok, "kvm: /dev/kvm is usable");
        AssertFinds(new BackendCheck(), missing, FindingState.Ok, "emulator: There is no /dev/kvm");
        AssertFinds(new BackendCheck(), missing with { Variables = new() { ["SANDBOX_ACTORS_BACKEND"] = "kvm" } }, FindingState.Bad, Missing, "unset SANDBOX_ACTORS_BACKEND");
        AssertFinds(new BackendCheck(), new FakeHost { Variables = new() { ["SANDBOX_ACTORS_BACKEND"] = "xen" } }, FindingState.Bad, "'xen' is not one of auto, kvm, emulator", "unset");
    }

    [Fact]
    public void A_trial_says_what_it_took_or_what_was_refused()
    {
        AssertFinds(new TrialCheck("kvm", static host => host.OpenKvm()), new FakeHost(), FindingState.Ok, "made in");
        AssertFinds(
            new TrialCheck("kvm", static host => host.OpenKvm()),
            new FakeHost { Hypervisor = static () => throw new KvmUnavailableException(Missing) },
            FindingState.Skipped,
            "it cannot be used");
        AssertFinds(
            new TrialCheck("kvm", static _ => throw MachineException.FromErrno("KVM_CREATE_VM", 24)), new FakeHost(), FindingState.Bad, "KVM_CREATE_VM failed", "above");
    }

    [Fact]
    public void Where_the_system_says_nothing_nothing_is_made_up()
    {
        var silent = new FakeHost { HostLimits = null, Files = [] };
        foreach (ICheck check in (ICheck[])[new OpenFilesCheck(), new MappingsCheck(), new MemoryCheck(), new OvercommitCheck(), new ThreadsCheck(), new CapacityCheck()])
            AssertFinds(check, silent, FindingState.Skipped, "the system does not say");
    }

    private static void AssertFinds(object check, object host, object state, string found, string mend = "")
    {
        Finding finding = ((ICheck)check).Examine((IHostView)host);
        Assert.Contains(found, finding.Found, StringComparison.Ordinal);
        Assert.Contains(mend, finding.Mend, StringComparison.Ordinal);
        Assert.Equal(((FindingState)state, mend.Length > 0), (finding.State, finding.Mend.Length > 0));
    }
}
