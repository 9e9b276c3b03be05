using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The GDT (Intel SDM volume 3, section 3.4.5). All segments are flat; the accessed bits are set, so that the processor never writes to the table.
/// There is no 32-bit code segment, so that a guest cannot leave 64-bit mode.
/// </summary>
internal static class GlobalDescriptorTable
{
    public const ushort KernelCode = 0x10;
    public const ushort KernelData = 0x18;
    public const ushort UserData = 0x28 | 3;
    public const ushort UserCode = 0x30 | 3;
    public const ushort TaskState = 0x38;

    /// <summary>The table's size in bytes: the TSS descriptor, the last, takes 16.</summary>
    public const int Length = TaskState + 16;

    private const int RequestedPrivilege = 3;
    private const ulong KernelCodeDescriptor = 0x00AF_9B00_0000_FFFF;
    private const ulong KernelDataDescriptor = 0x00CF_9300_0000_FFFF;
    private const ulong UserDataDescriptor = 0x00CF_F300_0000_FFFF;
    private const ulong UserCodeDescriptor = 0x00AF_FB00_0000_FFFF;
    private const ulong PresentBusyTaskState = 0x8B;

    /// <summary>Writes the table.</summary>
    /// <param name="table">At least <see cref="Length"/> bytes of zeros.</param>
    /// <param name="taskState">Where the TSS lies.</param>
    public static void Write(Span<byte> table, GuestAddress taskState)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(table[KernelCode..], KernelCodeDescriptor);
        BinaryPrimitives.WriteUInt64LittleEndian(table[KernelData..], KernelDataDescriptor);
        BinaryPrimitives.WriteUInt64LittleEndian(table[(UserData & ~RequestedPrivilege)..], UserDataDescriptor);
        BinaryPrimitives.WriteUInt64LittleEndian(table[(UserCode & ~RequestedPrivilege)..], UserCodeDescriptor);

        ulong address = taskState.Value;
        ulong low = (TaskStateSegment.Length - 1)
            | ((address & 0xFF_FFFF) << 16)
            | (PresentBusyTaskState << 40)
            | (((address >> 24) & 0xFF) << 56);
        BinaryPrimitives.WriteUInt64LittleEndian(table[TaskState..], low);
        BinaryPrimitives.WriteUInt64LittleEndian(table[(TaskState + 8)..], address >> 32);
    }
}
