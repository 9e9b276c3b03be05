using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The descriptor of a vCPU: entering the guest, and what the run page says afterwards.</summary>
internal sealed unsafe class KvmVcpu : IDisposable
{
    // An operation in several parts (a memory access across two pages) may need an entry for each; anything longer is no operation of a guest's.
    private const int MostPartsOfAnOperation = 16;

    private const ulong AllSynchronized = KvmConstants.KVM_SYNC_X86_REGS | KvmConstants.KVM_SYNC_X86_SREGS | KvmConstants.KVM_SYNC_X86_EVENTS;

    private readonly KvmVcpuHandle _handle;
    private ulong? _signalMask;

    private KvmVcpu(KvmVcpuHandle handle)
    {
        _handle = handle;
        handle.RunPage->kvm_valid_regs = KvmConstants.KVM_SYNC_X86_REGS; // SAFETY: mapped by the caller, who holds the handle
    }

    /// <summary>The descriptor, for ioctls that do not use the run page.</summary>
    public KvmVcpuHandle Handle => _handle;

    /// <summary>Takes a new vCPU's descriptor over and sets it up.</summary>
    /// <exception cref="MachineException">The kernel refused; the descriptor is closed.</exception>
    public static KvmVcpu Initialize(KvmVcpuHandle handle, KvmFeatures features)
    {
        try
        {
            handle.MapRunPage(features.RunPageSize);
            SetCpuid(handle, features.Cpuid.AsSpan());
            return new KvmVcpu(handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Enters the guest once.</summary>
    /// <param name="exit">What the run page says, if the result is zero.</param>
    /// <param name="instructionPointer">Where the guest stands; KVM leaves it in the run page.</param>
    /// <returns>Zero, or the error number.</returns>
    public int Enter(out RawExit exit, out ulong instructionPointer)
    {
        bool held = false;
        _handle.DangerousAddRef(ref held);
        try
        {
            // SAFETY: the run page is mapped while the handle is held.
            int errno = LibC.ioctl((int)_handle.DangerousGetHandle(), KvmRequests.KVM_RUN, 0) == 0 ? 0 : Marshal.GetLastPInvokeError();
            exit = RawExit.Read(_handle.RunPage);
            instructionPointer = _handle.RunPage->s_regs.regs.rip;
            return errno;
        }
        finally
        {
            _handle.DangerousRelease();
        }
    }

    /// <summary>Sets which signals are blocked while the guest runs; costs nothing if they are so already.</summary>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public void SetSignalMask(ulong mask)
    {
        if (_signalMask == mask) return;
        // struct kvm_signal_mask, with the set right behind the length, not aligned.
        Span<byte> argument = stackalloc byte[sizeof(kvm_signal_mask) + sizeof(ulong)];
        MemoryMarshal.Write(argument, new kvm_signal_mask { len = sizeof(ulong) });
        MemoryMarshal.Write(argument[sizeof(kvm_signal_mask)..], mask);
        KvmIoctl.Call(_handle, KvmRequests.KVM_SET_SIGNAL_MASK, "KVM_SET_SIGNAL_MASK", ref argument[0]);
        _signalMask = mask;
    }

    /// <summary>
    /// Finishes what the latest exit left unfinished, without running the guest: with <c>immediate_exit</c> KVM completes the operation, which moves
    /// RIP behind an <c>out</c>, and returns before it enters the guest. On the way it leaves the registers in the run page, which is cheaper than
    /// asking for them.
    /// </summary>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public void Settle(out kvm_sync_regs registers)
    {
        bool held = false;
        _handle.DangerousAddRef(ref held);
        // SAFETY: the run page is mapped while the handle is held.
        kvm_run* run = _handle.RunPage;
        try
        {
            run->immediate_exit = 1;
            run->kvm_valid_regs = AllSynchronized;
            EnterUntilInterrupted();
            registers = run->s_regs;
        }
        finally
        {
            run->immediate_exit = 0;
            run->kvm_valid_regs = KvmConstants.KVM_SYNC_X86_REGS;
            _handle.DangerousRelease();
        }
    }

    /// <summary>The general registers that the latest exit, or <see cref="SetRegisters"/>, left in the run page.</summary>
    public kvm_regs ReadRunPageRegisters()
    {
        bool held = false;
        _handle.DangerousAddRef(ref held);
        // SAFETY: the run page is mapped while the handle is held.
        kvm_regs registers = _handle.RunPage->s_regs.regs;
        _handle.DangerousRelease();
        return registers;
    }

    /// <summary>
    /// Sets general and special registers and drops what is pending, as of the next entry: the run page takes them, and KVM takes them from there, before it
    /// finishes what the latest exit left unfinished. So it costs no call; what the kernel refuses, that entry says.
    /// </summary>
    /// <param name="registers">The registers.</param>
    public void SetRegisters(ref kvm_sync_regs registers)
    {
        // All zeros: no exception, interrupt or NMI pending or being delivered, and (said by the flags) no interrupt shadow.
        registers.events = new kvm_vcpu_events { flags = KvmConstants.KVM_VCPUEVENT_VALID_NMI_PENDING | KvmConstants.KVM_VCPUEVENT_VALID_SHADOW };
        bool held = false;
        _handle.DangerousAddRef(ref held);
        // SAFETY: the run page is mapped while the handle is held.
        kvm_run* run = _handle.RunPage;
        run->s_regs = registers;
        run->kvm_dirty_regs = AllSynchronized;
        // Without an interrupt controller in the kernel, CR8 is taken from here at every entry, whatever the special registers say.
        run->cr8 = registers.sregs.cr8;
        _handle.DangerousRelease();
    }

    public void Dispose() => _handle.Dispose();

    private void EnterUntilInterrupted()
    {
        for (int part = 0; part < MostPartsOfAnOperation; part++)
        {
            if (LibC.ioctl((int)_handle.DangerousGetHandle(), KvmRequests.KVM_RUN, 0) == 0) continue;
            int errno = Marshal.GetLastPInvokeError();
            if (errno == Errno.EINTR) return;
            throw MachineException.FromErrno("KVM_RUN with immediate_exit", errno);
        }

        throw new MachineException("KVM_RUN with immediate_exit", 0, $"The vCPU did not come to rest in {MostPartsOfAnOperation} entries.");
    }

    private static void SetCpuid(KvmVcpuHandle handle, ReadOnlySpan<kvm_cpuid_entry2> table)
    {
        Span<byte> argument = new byte[sizeof(kvm_cpuid2) + (table.Length * sizeof(kvm_cpuid_entry2))];
        MemoryMarshal.Write(argument, new kvm_cpuid2 { nent = (uint)table.Length });
        MemoryMarshal.AsBytes(table).CopyTo(argument[sizeof(kvm_cpuid2)..]);
        KvmIoctl.Call(handle, KvmRequests.KVM_SET_CPUID2, "KVM_SET_CPUID2", ref argument[0]);
    }
}
