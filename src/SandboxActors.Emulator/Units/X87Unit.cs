using System.Buffers.Binary;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>
/// The part of x87 that code compiled for SSE2 touches: the control word, and a <c>long double</c> loaded to be stored as a double. Everything else
/// of it is #UD, and CPUID reports no x87. The stack is kept where XSAVE keeps it, top first.
/// </summary>
internal static class X87Unit
{
    private const int RegisterCount = 8;
    private const int ExtendedBytes = 10;
    private const int TopShift = 11;
    private const int TopMask = 7;
    private const ushort InitialControlWord = 0x37F;
    private const ushort ControlWordMask = 0x1F7F;
    private const ushort ControlWordReserved = 0x40;
    private const ushort StackFault = 0x41;
    private const ushort StackOverflow = 0x200;
    private const int RoundingShift = 10;
    private const int MxcsrRoundingShift = 13;
    private const uint MxcsrMasks = 0x1F80;

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Fldcw] = static (ref cpu, operation) => LoadControlWord(ref cpu, operation);
        handlers[Mnemonic.Fnstcw] = static (ref cpu, operation) => cpu.Write(cpu.AddressOf(operation), Word(ref cpu, ExtendedStateImage.ControlWord));
        handlers[Mnemonic.Fld] = static (ref cpu, operation) => Load(ref cpu, operation);
        handlers[Mnemonic.Fstp] = static (ref cpu, operation) => StoreAndPop(ref cpu, operation);
        handlers[Mnemonic.Fninit] = static (ref cpu, _) => Initialize(ref cpu);
    }

    private static void LoadControlWord(ref Cpu cpu, Operation operation)
    {
        ushort value = cpu.Read<ushort>(cpu.AddressOf(operation));
        SetWord(ref cpu, ExtendedStateImage.ControlWord, (ushort)((value & ControlWordMask) | ControlWordReserved));
    }

    private static void Initialize(ref Cpu cpu)
    {
        SetWord(ref cpu, ExtendedStateImage.ControlWord, InitialControlWord);
        SetWord(ref cpu, ExtendedStateImage.StatusWord, 0);
        cpu.State.ExtendedImage[ExtendedStateImage.TagWord] = 0;
    }

    private static void Load(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind != OperandKind.Memory && operation.SourceKind != OperandKind.Memory) throw ProcessorTrapException.Undefined();
        ulong address = cpu.AddressOf(operation);
        (ulong significand, ushort exponent) = operation.MemorySize switch
        {
            ExtendedBytes => (cpu.Read<ulong>(address), cpu.Read<ushort>(address + 8)),
            8 => ExtendedFloat.From(FloatFormat.Double, cpu.Read<ulong>(address)),
            _ => ExtendedFloat.From(FloatFormat.Single, cpu.Read<uint>(address)),
        };
        int top = (TopOf(ref cpu) - 1) & TopMask;
        if (IsFull(ref cpu, top))
        {
            // Masked, which it is unless the guest says otherwise, and then this says the same: the indefinite number goes on the stack.
            AddStatus(ref cpu, StackFault | StackOverflow);
            (significand, exponent) = ExtendedFloat.Indefinite;
        }

        Span<byte> registers = Registers(ref cpu);
        registers[..^ExtendedStateImage.X87RegisterLength].CopyTo(registers[ExtendedStateImage.X87RegisterLength..]);
        BinaryPrimitives.WriteUInt64LittleEndian(registers, significand);
        BinaryPrimitives.WriteUInt16LittleEndian(registers[8..], exponent);
        SetTop(ref cpu, top);
        cpu.State.ExtendedImage[ExtendedStateImage.TagWord] |= (byte)(1 << top);
    }

    private static void StoreAndPop(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind != OperandKind.Memory) throw ProcessorTrapException.Undefined();
        int top = TopOf(ref cpu);
        Span<byte> registers = Registers(ref cpu);
        ulong significand = BinaryPrimitives.ReadUInt64LittleEndian(registers);
        ushort exponent = BinaryPrimitives.ReadUInt16LittleEndian(registers[8..]);
        bool isEmpty = !IsFull(ref cpu, top);
        if (isEmpty) (significand, exponent) = ExtendedFloat.Indefinite;

        var context = new FloatContext(MxcsrMasks | ((((uint)Word(ref cpu, ExtendedStateImage.ControlWord) >> RoundingShift) & 3) << MxcsrRoundingShift));
        ulong address = cpu.AddressOf(operation);
        switch (operation.MemorySize)
        {
            case ExtendedBytes:
                cpu.CheckWritable(address, ExtendedBytes);
                cpu.Write(address, significand);
                cpu.Write(address + 8, exponent);
                break;
            case 8:
                cpu.Write(address, ExtendedFloat.To(FloatFormat.Double, significand, exponent, ref context));
                break;
            default:
                cpu.Write(address, (uint)ExtendedFloat.To(FloatFormat.Single, significand, exponent, ref context));
                break;
        }

        AddStatus(ref cpu, (ushort)(context.Raised | (isEmpty ? StackFault : 0u)));
        Span<byte> popped = stackalloc byte[ExtendedStateImage.X87RegisterLength];
        registers[..popped.Length].CopyTo(popped);
        registers[popped.Length..].CopyTo(registers);
        popped.CopyTo(registers[^popped.Length..]);
        SetTop(ref cpu, (top + 1) & TopMask);
        cpu.State.ExtendedImage[ExtendedStateImage.TagWord] &= (byte)~(1 << top);
    }

    private static Span<byte> Registers(ref Cpu cpu) =>
        cpu.State.ExtendedImage.AsSpan(ExtendedStateImage.X87Registers, RegisterCount * ExtendedStateImage.X87RegisterLength);

    private static ushort Word(ref Cpu cpu, int offset) => BinaryPrimitives.ReadUInt16LittleEndian(cpu.State.ExtendedImage.AsSpan(offset));

    private static void SetWord(ref Cpu cpu, int offset, ushort value) =>
        BinaryPrimitives.WriteUInt16LittleEndian(cpu.State.ExtendedImage.AsSpan(offset), value);

    private static int TopOf(ref Cpu cpu) => (Word(ref cpu, ExtendedStateImage.StatusWord) >> TopShift) & TopMask;

    private static void SetTop(ref Cpu cpu, int top) =>
        SetWord(
            ref cpu,
            ExtendedStateImage.StatusWord,
            (ushort)((Word(ref cpu, ExtendedStateImage.StatusWord) & ~(TopMask << TopShift)) | (top << TopShift)));

    private static void AddStatus(ref Cpu cpu, ushort status) =>
        SetWord(ref cpu, ExtendedStateImage.StatusWord, (ushort)(Word(ref cpu, ExtendedStateImage.StatusWord) | status));

    private static bool IsFull(ref Cpu cpu, int register) => (cpu.State.ExtendedImage[ExtendedStateImage.TagWord] & (1 << register)) != 0;
}
