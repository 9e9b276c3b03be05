using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary><c>/dev/kvm</c> itself: what KVM can do, and new VMs.</summary>
internal sealed class KvmSystem : IDisposable
{
    private const string Device = "/dev/kvm";
    private const string Otherwise = "Without it sandboxes run in software, unless the backend kvm was asked for.";
    private const ulong SynchronizedRegisters = KvmConstants.KVM_SYNC_X86_REGS | KvmConstants.KVM_SYNC_X86_SREGS | KvmConstants.KVM_SYNC_X86_EVENTS;

    private static readonly (uint Number, string Name)[] Required =
    [
        (KvmConstants.KVM_CAP_USER_MEMORY, "KVM_CAP_USER_MEMORY"),
        (KvmConstants.KVM_CAP_EXT_CPUID, "KVM_CAP_EXT_CPUID"),
        (KvmConstants.KVM_CAP_MP_STATE, "KVM_CAP_MP_STATE"),
        (KvmConstants.KVM_CAP_DESTROY_MEMORY_REGION_WORKS, "KVM_CAP_DESTROY_MEMORY_REGION_WORKS"),
        (KvmConstants.KVM_CAP_DEBUGREGS, "KVM_CAP_DEBUGREGS"),
        (KvmConstants.KVM_CAP_XSAVE, "KVM_CAP_XSAVE"),
        (KvmConstants.KVM_CAP_XCRS, "KVM_CAP_XCRS"),
        (KvmConstants.KVM_CAP_READONLY_MEM, "KVM_CAP_READONLY_MEM"),
        (KvmConstants.KVM_CAP_IMMEDIATE_EXIT, "KVM_CAP_IMMEDIATE_EXIT"),
    ];

    /// <summary>The extensions that a KVM must have.</summary>
    public static IReadOnlyList<string> RequiredExtensions { get; } = [.. Required.Select(static extension => extension.Name), "KVM_CAP_SYNC_REGS"];

    private readonly KvmSystemHandle _handle;

    private KvmSystem(KvmSystemHandle handle) => _handle = handle;

    /// <summary>Opens the device and checks that it is one we can use.</summary>
    /// <param name="device">The device's path.</param>
    /// <exception cref="KvmUnavailableException">It is missing, not allowed, no KVM at all, too old or too new.</exception>
    public static KvmSystem Open(string device = Device)
    {
        if (!OperatingSystem.IsLinux())
            throw new KvmUnavailableException("KVM is a part of Linux, and this system is not Linux: run on Linux.");
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new KvmUnavailableException(
                $"Guests are x86-64 programs, and this process runs on {RuntimeInformation.ProcessArchitecture}: run on x86-64.");
        }

        int descriptor = LibC.open(device, LibC.O_RDWR | LibC.O_CLOEXEC);
        if (descriptor < 0) throw CannotOpen(Marshal.GetLastPInvokeError());
        var system = new KvmSystem(new KvmSystemHandle(descriptor));
        try
        {
            system.CheckUsable();
            return system;
        }
        catch (MachineException failure)
        {
            system.Dispose();
            throw new KvmUnavailableException(
                $"{device} does not answer as KVM does ({failure.Message.TrimEnd('.')}): make it the kernel's device again (sudo modprobe kvm_intel, or kvm_amd).", failure);
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    /// <summary>Asks for everything that <see cref="KvmFeatures"/> says.</summary>
    /// <exception cref="MachineException">The kernel refused to say.</exception>
    public KvmFeatures ReadFeatures()
    {
        ImmutableArray<kvm_cpuid_entry2> cpuid = CpuidTable.Filter(ReadSupportedCpuid());
        return new KvmFeatures
        {
            RunPageSize = KvmIoctl.Call(_handle, KvmRequests.KVM_GET_VCPU_MMAP_SIZE, "KVM_GET_VCPU_MMAP_SIZE"),
            HasManualDirtyLog = ((ulong)CheckExtension(KvmConstants.KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2) & KvmConstants.KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE) != 0,
            HasTaskStateAddress = CheckExtension(KvmConstants.KVM_CAP_SET_TSS_ADDR) != 0,
            HasTimestampCounterFrequency = CheckExtension(KvmConstants.KVM_CAP_GET_TSC_KHZ) != 0,
            HasStatistics = CheckExtension(KvmConstants.KVM_CAP_BINARY_STATS_FD) != 0,
            MemorySlotCount = CheckExtension(KvmConstants.KVM_CAP_NR_MEMSLOTS),
            Cpuid = cpuid,
            ExtendedState = new ExtendedStateLayout(cpuid),
        };
    }

    /// <summary>Makes a VM.</summary>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public KvmVm CreateVm(KvmFeatures features)
    {
        // While it takes the locks of the process's mappings a signal breaks it off; then nothing has been made, and it is asked again.
        int descriptor = KvmIoctl.Call(_handle, KvmRequests.KVM_CREATE_VM, "KVM_CREATE_VM");
        return KvmVm.Initialize(new KvmVmHandle(descriptor), features);
    }

    public void Dispose() => _handle.Dispose();

    internal static KvmUnavailableException CannotOpen(int errno) => errno switch
    {
        Errno.ENOENT or Errno.ENXIO or Errno.ENODEV => new KvmUnavailableException(
            $"There is no {Device}: load its module (sudo modprobe kvm_intel, or kvm_amd), and switch on virtualization in the firmware, "
            + $"or nested virtualization where this is a virtual machine. {Otherwise}"),
        Errno.EACCES or Errno.EPERM => new KvmUnavailableException(
            $"This user may not open {Device}: join its group (sudo usermod -aG kvm $USER) and log in again; "
            + $"in a container also pass the device in (--device {Device}). {Otherwise}"),
        _ => new KvmUnavailableException($"{Device} cannot be opened.", MachineException.FromErrno($"open {Device}", errno)),
    };

    private void CheckUsable()
    {
        int version = KvmIoctl.Call(_handle, KvmRequests.KVM_GET_API_VERSION, "KVM_GET_API_VERSION");
        if (version != KvmConstants.KVM_API_VERSION)
        {
            throw new KvmUnavailableException(
                $"{Device} speaks version {version} of its interface, and version {KvmConstants.KVM_API_VERSION} is needed: use a Linux kernel that has it.");
        }

        foreach ((uint number, string name) in Required)
        {
            if (CheckExtension(number) == 0) throw Lacks(name);
        }

        if (((ulong)CheckExtension(KvmConstants.KVM_CAP_SYNC_REGS) & SynchronizedRegisters) != SynchronizedRegisters)
            throw Lacks("KVM_CAP_SYNC_REGS");
    }

    private static KvmUnavailableException Lacks(string capability) =>
        new($"The KVM of this kernel lacks {capability}: use Linux 5.4 or later on a processor with hardware virtualization.");

    private int CheckExtension(uint capability) =>
        KvmIoctl.Call(_handle, KvmRequests.KVM_CHECK_EXTENSION, "KVM_CHECK_EXTENSION", (nint)capability);

    private unsafe kvm_cpuid_entry2[] ReadSupportedCpuid()
    {
        // The kernel does not say beforehand how many there are, only that there was too little room.
        for (int capacity = 64; ; capacity *= 2)
        {
            var buffer = new byte[sizeof(kvm_cpuid2) + (capacity * sizeof(kvm_cpuid_entry2))];
            ref kvm_cpuid2 header = ref MemoryMarshal.AsRef<kvm_cpuid2>(buffer.AsSpan());
            header.nent = (uint)capacity;
            try
            {
                KvmIoctl.Call(_handle, KvmRequests.KVM_GET_SUPPORTED_CPUID, "KVM_GET_SUPPORTED_CPUID", ref header);
            }
            catch (MachineException refused) when (refused.Errno == Errno.E2BIG && capacity < 4096)
            {
                continue;
            }

            return MemoryMarshal.Cast<byte, kvm_cpuid_entry2>(buffer.AsSpan(sizeof(kvm_cpuid2)))[..(int)header.nent].ToArray();
        }
    }
}
