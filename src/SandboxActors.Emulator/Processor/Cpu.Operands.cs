using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <content>An instruction's operands, read and written by kind and size.</content>
internal ref partial struct Cpu
{
    /// <summary>The bits that a size in bytes (1, 2, 4, 8) has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mask(int size) => ulong.MaxValue >> (64 - (size * 8));

    /// <summary>Extends the sign of a value of a size to 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SignExtend(ulong value, int size) => (long)(value << (64 - (size * 8))) >> (64 - (size * 8));

    /// <summary>The first operand, zero-extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadDestination(Operation operation) => operation.DestinationKind switch
    {
        OperandKind.Register => State.General[operation.Destination] & Mask(operation.Size),
        OperandKind.Memory => ReadMemory(AddressOf(operation), operation.Size),
        _ => ReadRare(operation.DestinationKind, operation.Destination, operation),
    };

    /// <summary>The second operand, zero-extended.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadSource(Operation operation) => operation.SourceKind switch
    {
        OperandKind.Register => State.General[operation.Source] & Mask(operation.SourceSize),
        OperandKind.Immediate => operation.Immediate,
        OperandKind.Memory => ReadMemory(AddressOf(operation), operation.SourceSize),
        _ => ReadRare(operation.SourceKind, operation.Source, operation),
    };

    /// <summary>Sets the first operand. Writing 4 bytes of a register clears the upper ones.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteDestination(Operation operation, ulong value)
    {
        if (operation.DestinationKind == OperandKind.Register) WriteRegister(operation.Destination, operation.Size, value);
        else if (operation.DestinationKind == OperandKind.Memory) WriteMemory(AddressOf(operation), operation.Size, value);
        else WriteHighByte(operation.Destination, value);
    }

    /// <summary>Sets the second operand, which is a register or memory of the first one's size.</summary>
    public void WriteSource(Operation operation, ulong value)
    {
        if (operation.SourceKind == OperandKind.Register) WriteRegister(operation.Source, operation.SourceSize, value);
        else if (operation.SourceKind == OperandKind.HighByte) WriteHighByte(operation.Source, value);
        else WriteMemory(AddressOf(operation), operation.SourceSize, value);
    }

    /// <summary>Sets a part of a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void WriteRegister(int number, int size, ulong value)
    {
        ref ulong register = ref State.General[number];
        register = size switch
        {
            8 => value,
            4 => (uint)value,
            2 => (register & ~0xFFFFUL) | (ushort)value,
            _ => (register & ~0xFFUL) | (byte)value,
        };
    }

    /// <summary>Reads 1, 2, 4 or 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadMemory(ulong address, int size) => size switch
    {
        8 => Read<ulong>(address),
        4 => Read<uint>(address),
        2 => Read<ushort>(address),
        _ => Read<byte>(address),
    };

    /// <summary>Writes 1, 2, 4 or 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteMemory(ulong address, int size, ulong value)
    {
        if (size == 8) Write(address, value);
        else if (size == 4) Write(address, (uint)value);
        else if (size == 2) Write(address, (ushort)value);
        else Write(address, (byte)value);
    }

    /// <summary>The second operand as a vector: a register, or as many bytes of memory as the instruction reads, zero-extended.</summary>
    /// <exception cref="ProcessorTrapException">A fault; #GP if 16 bytes must be aligned and are not.</exception>
    public Vector128<byte> ReadVectorSource(Operation operation) =>
        operation.SourceKind == OperandKind.Vector ? State.Vector[operation.Source] : ReadVectorMemory(operation, operation.SourceSize);

    /// <summary>Reads 4, 8 or 16 bytes of the memory operand into the low end of a vector.</summary>
    public Vector128<byte> ReadVectorMemory(Operation operation, int size)
    {
        ulong address = AddressOf(operation);
        if (size != 16) return Vector128.CreateScalar(ReadMemory(address, size)).AsByte();
        CheckAlignment(operation, address);
        return Read<Vector128<byte>>(address);
    }

    /// <summary>Writes 16 bytes to the memory operand.</summary>
    public void WriteVectorMemory(Operation operation, Vector128<byte> value)
    {
        ulong address = AddressOf(operation);
        CheckAlignment(operation, address);
        Write(address, value);
    }

    private static void CheckAlignment(Operation operation, ulong address)
    {
        if (operation.MustBeAligned && (address & 15) != 0 && IsCanonical(address)) throw ProcessorTrapException.Protection();
    }

    private readonly ulong ReadRare(OperandKind kind, int register, Operation operation) => kind switch
    {
        OperandKind.HighByte => (State.General[register] >> 8) & 0xFF,
        OperandKind.Immediate => operation.Immediate,
        _ => throw ProcessorTrapException.Undefined(),
    };

    private readonly void WriteHighByte(int number, ulong value)
    {
        ref ulong register = ref State.General[number];
        register = (register & ~0xFF00UL) | ((value & 0xFF) << 8);
    }
}
