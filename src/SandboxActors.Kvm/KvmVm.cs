using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The descriptor of a VM: its memory slots, and its vCPU.</summary>
internal sealed class KvmVm : IDisposable
{
    // Three pages that a processor without unrestricted guest mode runs real mode with. Their place is demanded before there is a vCPU, though none
    // here is ever in real mode; it lies in GuestAddressSpace.HypervisorWindow, where no guest has memory.
    private static readonly nint TaskStateAddress = unchecked((nint)0xFFFB_D000UL);

    private readonly KvmVmHandle _handle;
    private readonly KvmFeatures _features;

    private KvmVm(KvmVmHandle handle, KvmFeatures features)
    {
        _handle = handle;
        _features = features;
    }

    /// <summary>Takes a new VM's descriptor over and sets it up.</summary>
    /// <exception cref="MachineException">The kernel refused; the descriptor is closed.</exception>
    public static KvmVm Initialize(KvmVmHandle handle, KvmFeatures features)
    {
        try
        {
            if (features.HasTaskStateAddress) KvmIoctl.Call(handle, KvmRequests.KVM_SET_TSS_ADDR, "KVM_SET_TSS_ADDR", TaskStateAddress);
            if (features.HasManualDirtyLog) EnableManualDirtyLog(handle);
            return new KvmVm(handle, features);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Backs guest physical addresses with memory, which the VM holds from now on.</summary>
    /// <param name="slot">A free slot's number.</param>
    /// <param name="start">Where.</param>
    /// <param name="memory">The memory.</param>
    /// <param name="flags"><c>KVM_MEM_LOG_DIRTY_PAGES</c>, <c>KVM_MEM_READONLY</c> or nothing.</param>
    /// <exception cref="MachineException">The kernel refused.</exception>
    /// <exception cref="ObjectDisposedException">The memory has been given back.</exception>
    public void SetMemory(int slot, GuestAddress start, HostMemory memory, uint flags)
    {
        if (slot >= _features.MemorySlotCount)
            throw new MachineException("KVM_SET_USER_MEMORY_REGION", 0, $"Memory slot {slot} is beyond the {_features.MemorySlotCount} that this KVM has.");
        _handle.Hold(memory.Owner);
        try
        {
            var region = new kvm_userspace_memory_region
            {
                slot = (uint)slot,
                flags = flags,
                guest_phys_addr = start.Value,
                memory_size = memory.Length,
                userspace_addr = (ulong)memory.BaseAddress,
            };
            KvmIoctl.Call(_handle, KvmRequests.KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION", ref region);
        }
        catch
        {
            _handle.LetGo(memory.Owner);
            throw;
        }
    }

    /// <summary>Deletes a slot and lets its memory go. The kernel drops every translation of its own that led there.</summary>
    /// <exception cref="MachineException">The kernel refused; the slot is still there.</exception>
    public void DeleteMemory(int slot, GuestAddress start, HostMemory memory)
    {
        var region = new kvm_userspace_memory_region { slot = (uint)slot, guest_phys_addr = start.Value };
        KvmIoctl.Call(_handle, KvmRequests.KVM_SET_USER_MEMORY_REGION, "KVM_SET_USER_MEMORY_REGION", ref region);
        _handle.LetGo(memory.Owner);
    }

    /// <summary>Reads the dirty log of a slot. Whether that clears it is <see cref="KvmFeatures.HasManualDirtyLog"/>'s matter.</summary>
    /// <param name="slot">A slot made with <c>KVM_MEM_LOG_DIRTY_PAGES</c>.</param>
    /// <param name="bitmap">One bit a page, at least as many as the slot has, in whole words.</param>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public unsafe void ReadDirtyLog(int slot, Span<ulong> bitmap)
    {
        // SAFETY: the kernel writes one bit a page of the slot, rounded up to 64, and the caller gave at least as many.
        fixed (ulong* pointer = bitmap)
        {
            var log = new kvm_dirty_log { slot = (uint)slot, dirty_bitmap = (ulong)pointer };
            KvmIoctl.Call(_handle, KvmRequests.KVM_GET_DIRTY_LOG, "KVM_GET_DIRTY_LOG", ref log);
        }
    }

    /// <summary>Clears bits of the dirty log of a slot, and has the kernel notice the next write to each of those pages. For manual protection.</summary>
    /// <param name="slot">A slot made with <c>KVM_MEM_LOG_DIRTY_PAGES</c>.</param>
    /// <param name="bitmap">One bit a page; the set ones are cleared.</param>
    /// <param name="firstPage">The page of the first bit, a multiple of 64.</param>
    /// <param name="slotPages">How many pages the slot has: the kernel wants the last part's length to end with the slot.</param>
    /// <exception cref="MachineException">The kernel refused.</exception>
    public unsafe void ClearDirtyLog(int slot, ReadOnlySpan<ulong> bitmap, ulong firstPage, ulong slotPages)
    {
        ulong pages = Math.Min((ulong)bitmap.Length * 64, slotPages - firstPage);
        // SAFETY: the kernel reads one bit a page, rounded up to 64, which is as many words as there are.
        fixed (ulong* pointer = bitmap)
        {
            var log = new kvm_clear_dirty_log { slot = (uint)slot, num_pages = (uint)pages, first_page = firstPage, dirty_bitmap = (ulong)pointer };
            KvmIoctl.Call(_handle, KvmRequests.KVM_CLEAR_DIRTY_LOG, "KVM_CLEAR_DIRTY_LOG", ref log);
        }
    }

    /// <inheritdoc cref="KvmStatistics.Read" />
    public ulong? ReadStatistic(string name) => KvmStatistics.Read(_handle, name);

    /// <summary>Makes the VM's one vCPU.</summary>
    /// <exception cref="MachineException">The kernel refused; nothing is left behind.</exception>
    public KvmVcpu CreateVcpu()
    {
        int descriptor = KvmIoctl.Call(_handle, KvmRequests.KVM_CREATE_VCPU, "KVM_CREATE_VCPU");
        return KvmVcpu.Initialize(new KvmVcpuHandle(descriptor, _handle), _features);
    }

    public void Dispose() => _handle.Dispose();

    private static unsafe void EnableManualDirtyLog(KvmVmHandle handle)
    {
        var enable = new kvm_enable_cap { cap = KvmConstants.KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 };
        // SAFETY: the structure's array has four elements.
        enable.args[0] = KvmConstants.KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;
        KvmIoctl.Call(handle, KvmRequests.KVM_ENABLE_CAP, "KVM_ENABLE_CAP", ref enable);
    }
}
