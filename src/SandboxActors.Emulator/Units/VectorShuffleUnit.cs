using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Choosing elements by a constant.</summary>
internal static class VectorShuffleUnit
{
    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Pshufd] = static (ref cpu, operation) =>
            cpu.State.Vector[operation.Destination] = ShuffleDoublewords(cpu.ReadVectorSource(operation).AsUInt32(), (int)operation.Immediate);
        handlers[Mnemonic.Pshuflw] = static (ref cpu, operation) =>
            cpu.State.Vector[operation.Destination] = ShuffleWords(cpu.ReadVectorSource(operation).AsUInt16(), (int)operation.Immediate, from: 0);
        handlers[Mnemonic.Pshufhw] = static (ref cpu, operation) =>
            cpu.State.Vector[operation.Destination] = ShuffleWords(cpu.ReadVectorSource(operation).AsUInt16(), (int)operation.Immediate, from: 4);
        handlers[Mnemonic.Shufps] = static (ref cpu, operation) => ShuffleSingles(ref cpu, operation);
        handlers[Mnemonic.Shufpd] = static (ref cpu, operation) => ShuffleDoubles(ref cpu, operation);
        handlers[Mnemonic.Pinsrw] = static (ref cpu, operation) => Insert(ref cpu, operation);
        handlers[Mnemonic.Pextrw] = static (ref cpu, operation) =>
            cpu.WriteRegister(operation.Destination, operation.Size, cpu.State.Vector[operation.Source].AsUInt16().GetElement((int)operation.Immediate & 7));
    }

    private static Vector128<byte> ShuffleDoublewords(Vector128<uint> value, int order) =>
        Vector128.Create(
            value.GetElement(order & 3), value.GetElement((order >> 2) & 3), value.GetElement((order >> 4) & 3), value.GetElement((order >> 6) & 3)).AsByte();

    private static Vector128<byte> ShuffleWords(Vector128<ushort> value, int order, int from)
    {
        Vector128<ushort> result = value;
        for (int i = 0; i < 4; i++) result = result.WithElement(from + i, value.GetElement(from + ((order >> (2 * i)) & 3)));
        return result.AsByte();
    }

    private static void ShuffleSingles(ref Cpu cpu, Operation operation)
    {
        int order = (int)operation.Immediate;
        Vector128<uint> source = cpu.ReadVectorSource(operation).AsUInt32();
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        Vector128<uint> old = destination.AsUInt32();
        destination = Vector128.Create(
            old.GetElement(order & 3), old.GetElement((order >> 2) & 3), source.GetElement((order >> 4) & 3), source.GetElement((order >> 6) & 3)).AsByte();
    }

    private static void ShuffleDoubles(ref Cpu cpu, Operation operation)
    {
        int order = (int)operation.Immediate;
        Vector128<ulong> source = cpu.ReadVectorSource(operation).AsUInt64();
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = Vector128.Create(destination.AsUInt64().GetElement(order & 1), source.GetElement((order >> 1) & 1)).AsByte();
    }

    private static void Insert(ref Cpu cpu, Operation operation)
    {
        ushort value = (ushort)cpu.ReadSource(operation);
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        destination = destination.AsUInt16().WithElement((int)operation.Immediate & 7, value).AsByte();
    }
}
