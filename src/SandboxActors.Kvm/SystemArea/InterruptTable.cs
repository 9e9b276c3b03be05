using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The IDT: 256 interrupt gates into the stub (Intel SDM volume 3, section 6.14.1).</summary>
internal static class InterruptTable
{
    public const int VectorCount = 256;
    public const int Length = VectorCount * GateLength;

    private const int GateLength = 16;
    private const byte PresentInterruptGate = 0x8E;
    private const byte UserMayCall = 0x60;

    /// <summary>Writes the table. Only <c>int3</c> and <c>into</c> may be raised by an instruction for them; any other <c>int n</c> is #GP.</summary>
    /// <param name="table">At least <see cref="Length"/> bytes.</param>
    public static void Write(Span<byte> table)
    {
        for (int vector = 0; vector < VectorCount; vector++)
        {
            Span<byte> gate = table.Slice(vector * GateLength, GateLength);
            ulong handler = ExceptionStub.EntryOf(vector).Value;
            bool userMayCall = (CpuException)vector is CpuException.Breakpoint or CpuException.Overflow;
            BinaryPrimitives.WriteUInt16LittleEndian(gate, (ushort)handler);
            BinaryPrimitives.WriteUInt16LittleEndian(gate[2..], GlobalDescriptorTable.KernelCode);
            gate[4] = 0;
            gate[5] = (byte)(PresentInterruptGate | (userMayCall ? UserMayCall : 0));
            BinaryPrimitives.WriteUInt16LittleEndian(gate[6..], (ushort)(handler >> 16));
            BinaryPrimitives.WriteUInt64LittleEndian(gate[8..], handler >> 32);
        }
    }
}
