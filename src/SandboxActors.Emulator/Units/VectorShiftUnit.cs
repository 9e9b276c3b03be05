using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Packed shifts. A count as large as an element, or larger, shifts everything out.</summary>
internal static class VectorShiftUnit
{
    private delegate Vector128<byte> Shift(Vector128<byte> value, int count);

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        Add(handlers, Mnemonic.Psllw, 16, static (value, count) => (value.AsUInt16() << count).AsByte());
        Add(handlers, Mnemonic.Pslld, 32, static (value, count) => (value.AsUInt32() << count).AsByte());
        Add(handlers, Mnemonic.Psllq, 64, static (value, count) => (value.AsUInt64() << count).AsByte());
        Add(handlers, Mnemonic.Psrlw, 16, static (value, count) => (value.AsUInt16() >>> count).AsByte());
        Add(handlers, Mnemonic.Psrld, 32, static (value, count) => (value.AsUInt32() >>> count).AsByte());
        Add(handlers, Mnemonic.Psrlq, 64, static (value, count) => (value.AsUInt64() >>> count).AsByte());
        AddSigned(handlers, Mnemonic.Psraw, 16, static (value, count) => (value.AsInt16() >> count).AsByte());
        AddSigned(handlers, Mnemonic.Psrad, 32, static (value, count) => (value.AsInt32() >> count).AsByte());
        handlers[Mnemonic.Pslldq] = static (ref cpu, operation) => ShiftBytes(ref cpu, operation, isLeft: true);
        handlers[Mnemonic.Psrldq] = static (ref cpu, operation) => ShiftBytes(ref cpu, operation, isLeft: false);
    }

    private static void Add(Dictionary<Mnemonic, Handler> handlers, Mnemonic mnemonic, int bits, Shift shift) =>
        handlers[mnemonic] = (ref cpu, operation) =>
        {
            ulong count = CountOf(ref cpu, operation);
            ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
            destination = count >= (ulong)bits ? Vector128<byte>.Zero : shift(destination, (int)count);
        };

    // What is shifted in is the sign, so everything shifted out leaves signs.
    private static void AddSigned(Dictionary<Mnemonic, Handler> handlers, Mnemonic mnemonic, int bits, Shift shift) =>
        handlers[mnemonic] = (ref cpu, operation) =>
        {
            ulong count = CountOf(ref cpu, operation);
            ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
            destination = shift(destination, (int)Math.Min(count, (ulong)bits - 1));
        };

    private static ulong CountOf(ref Cpu cpu, Operation operation) =>
        operation.SourceKind == OperandKind.Immediate ? operation.Immediate & 0xFF : cpu.ReadVectorSource(operation).AsUInt64().GetElement(0);

    private static void ShiftBytes(ref Cpu cpu, Operation operation, bool isLeft)
    {
        int bits = (int)Math.Min(operation.Immediate & 0xFF, 16) * 8;
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        var value = new UInt128(destination.AsUInt64().GetElement(1), destination.AsUInt64().GetElement(0));
        value = bits == 128 ? UInt128.Zero : isLeft ? value << bits : value >> bits;
        destination = Vector128.Create((ulong)value, (ulong)(value >> 64)).AsByte();
    }
}
