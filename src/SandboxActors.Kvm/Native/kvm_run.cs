using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The page that a vCPU shares with its user: orders in, reasons out. Only the members of the union that are used are named.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0x930)]
internal struct kvm_run
{
    [FieldOffset(1)]
    public byte immediate_exit;

    [FieldOffset(8)]
    public uint exit_reason;

    [FieldOffset(16)]
    public ulong cr8;

    [FieldOffset(24)]
    public ulong apic_base;

    // fail_entry; also mmio.phys_addr and internal.suberror
    [FieldOffset(32)]
    public ulong hardware_entry_failure_reason;

    // io
    [FieldOffset(32)]
    public byte io_direction;

    [FieldOffset(33)]
    public byte io_size;

    [FieldOffset(34)]
    public ushort io_port;

    [FieldOffset(36)]
    public uint io_count;

    [FieldOffset(40)]
    public ulong io_data_offset;

    [FieldOffset(288)]
    public ulong kvm_valid_regs;

    [FieldOffset(296)]
    public ulong kvm_dirty_regs;

    [FieldOffset(304)]
    public kvm_sync_regs s_regs;
}
