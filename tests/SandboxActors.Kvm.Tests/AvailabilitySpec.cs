using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class AvailabilitySpec
{
    [KvmFact]
    public void A_hypervisor_names_itself_and_knows_the_time_stamp_counter()
    {
        Assert.Equal("kvm", SharedHypervisor.Kvm.Name);
        Assert.True(SharedHypervisor.Kvm.TimestampCounterKilohertz > 100_000);
    }

    [Fact]
    public void A_probe_says_either_that_kvm_is_usable_or_in_one_line_why_not()
    {
        KvmAvailability availability = KvmHypervisor.Probe();

        Assert.Equal(availability.IsUsable, availability.Reason.Length == 0);
        Assert.DoesNotContain('\n', availability.Reason);
    }

    [Theory]
    [InlineData(Errno.ENOENT, "modprobe")]
    [InlineData(Errno.ENODEV, "modprobe")]
    [InlineData(Errno.EACCES, "usermod -aG kvm")]
    [InlineData(Errno.EPERM, "usermod -aG kvm")]
    [InlineData(Errno.EINTR, "cannot be opened")]
    public void Whatever_keeps_the_device_from_being_opened_is_told_with_what_to_do(int errno, string part)
    {
        KvmUnavailableException unavailable = KvmSystem.CannotOpen(errno);

        Assert.Contains(part, unavailable.Message, StringComparison.Ordinal);
        Assert.Contains("/dev/kvm", unavailable.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', unavailable.Message);
    }

    [SkippableFact]
    public void A_device_that_is_no_kvm_is_told_as_that()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "Only Linux on x86-64 has KVM.");
        KvmUnavailableException unavailable = Assert.Throws<KvmUnavailableException>(() => KvmSystem.Open("/dev/null"));

        Assert.Contains("/dev/null does not answer as KVM does", unavailable.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', unavailable.Message);
    }

    [KvmFact]
    public void What_kvm_refuses_when_it_is_tried_out_is_told_with_its_cause()
    {
        KvmUnavailableException unavailable = Assert.Throws<KvmUnavailableException>(() => KvmHypervisor.Open(features => features with { RunPageSize = 0 }));

        Assert.IsType<MachineException>(unavailable.InnerException);
    }
}
