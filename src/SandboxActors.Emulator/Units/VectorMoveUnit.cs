using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Moving data between XMM registers, general registers and memory.</summary>
internal static class VectorMoveUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Movaps, Mnemonic.Movapd, Mnemonic.Movdqa, Mnemonic.Movups, Mnemonic.Movupd, Mnemonic.Movdqu,
            Mnemonic.Movntps, Mnemonic.Movntpd, Mnemonic.Movntdq,
        })
            handlers[mnemonic] = static (ref cpu, operation) => MoveWhole(ref cpu, operation);
        handlers[Mnemonic.Movss] = static (ref cpu, operation) => MoveScalar(ref cpu, operation);
        handlers[Mnemonic.Movd] = static (ref cpu, operation) => MoveLow(ref cpu, operation);
        handlers[Mnemonic.Movq] = static (ref cpu, operation) => MoveLow(ref cpu, operation);
        handlers[Mnemonic.Movlps] = static (ref cpu, operation) => MoveHalf(ref cpu, operation, half: 0);
        handlers[Mnemonic.Movlpd] = static (ref cpu, operation) => MoveHalf(ref cpu, operation, half: 0);
        handlers[Mnemonic.Movhps] = static (ref cpu, operation) => MoveHalf(ref cpu, operation, half: 1);
        handlers[Mnemonic.Movhpd] = static (ref cpu, operation) => MoveHalf(ref cpu, operation, half: 1);
        handlers[Mnemonic.Movhlps] = static (ref cpu, operation) => Copy(ref cpu, operation, from: 1, to: 0);
        handlers[Mnemonic.Movlhps] = static (ref cpu, operation) => Copy(ref cpu, operation, from: 0, to: 1);
        handlers[Mnemonic.Movmskps] = static (ref cpu, operation) =>
            cpu.WriteRegister(operation.Destination, operation.Size, cpu.State.Vector[operation.Source].AsInt32().ExtractMostSignificantBits());
        handlers[Mnemonic.Movmskpd] = static (ref cpu, operation) =>
            cpu.WriteRegister(operation.Destination, operation.Size, cpu.State.Vector[operation.Source].AsInt64().ExtractMostSignificantBits());
        handlers[Mnemonic.Pmovmskb] = static (ref cpu, operation) =>
            cpu.WriteRegister(operation.Destination, operation.Size, cpu.State.Vector[operation.Source].ExtractMostSignificantBits());
        handlers[Mnemonic.Maskmovdqu] = static (ref cpu, operation) => MoveMasked(ref cpu, operation);
    }

    /// <summary>MOVSS and MOVSD: between registers the low element alone, from memory with zeros above it.</summary>
    public static void MoveScalar(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Memory)
        {
            cpu.WriteMemory(cpu.AddressOf(operation), operation.Size, cpu.State.Vector[operation.Source].AsUInt64().GetElement(0));
            return;
        }

        if (operation.SourceKind == OperandKind.Memory)
        {
            cpu.State.Vector[operation.Destination] = cpu.ReadVectorMemory(operation, operation.SourceSize);
            return;
        }

        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        Vector128<byte> source = cpu.State.Vector[operation.Source];
        destination = operation.IsSingle
            ? destination.AsUInt32().WithElement(0, source.AsUInt32().GetElement(0)).AsByte()
            : destination.AsUInt64().WithElement(0, source.AsUInt64().GetElement(0)).AsByte();
    }

    private static void MoveWhole(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Memory) cpu.WriteVectorMemory(operation, cpu.State.Vector[operation.Source]);
        else cpu.State.Vector[operation.Destination] = cpu.ReadVectorSource(operation);
    }

    // MOVD and MOVQ: what goes into an XMM register has zeros above it.
    private static void MoveLow(ref Cpu cpu, Operation operation)
    {
        ulong value = operation.SourceKind == OperandKind.Vector ? cpu.State.Vector[operation.Source].AsUInt64().GetElement(0) : cpu.ReadSource(operation);
        if (operation.DestinationKind == OperandKind.Vector) cpu.State.Vector[operation.Destination] = Vector128.CreateScalar(value).AsByte();
        else cpu.WriteDestination(operation, value);
    }

    private static void MoveHalf(ref Cpu cpu, Operation operation, int half)
    {
        if (operation.DestinationKind == OperandKind.Memory)
        {
            cpu.Write(cpu.AddressOf(operation), cpu.State.Vector[operation.Source].AsUInt64().GetElement(half));
            return;
        }

        ulong value = cpu.Read<ulong>(cpu.AddressOf(operation));
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = destination.AsUInt64().WithElement(half, value).AsByte();
    }

    private static void Copy(ref Cpu cpu, Operation operation, int from, int to)
    {
        ulong value = cpu.State.Vector[operation.Source].AsUInt64().GetElement(from);
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = destination.AsUInt64().WithElement(to, value).AsByte();
    }

    private static void MoveMasked(ref Cpu cpu, Operation operation)
    {
        Vector128<byte> mask = cpu.State.Vector[operation.Source];
        Vector128<byte> value = cpu.State.Vector[operation.Destination];
        ulong address = cpu.StringAddress(cpu.Register(RegisterFile.Rdi), operation);
        for (int i = 0; i < Vector128<byte>.Count; i++)
        {
            if ((mask.GetElement(i) & 0x80) != 0) cpu.CheckWritable(address + (ulong)i, 1);
        }

        for (int i = 0; i < Vector128<byte>.Count; i++)
        {
            if ((mask.GetElement(i) & 0x80) != 0) cpu.Write(address + (ulong)i, value.GetElement(i));
        }
    }
}
