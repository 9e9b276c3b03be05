using System.Runtime.Intrinsics;
using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>
/// RCPPS, RCPSS, RSQRTPS, RSQRTSS: approximations, of which the architecture says only how good they must be (a relative error of at most 1.5 times 2
/// to the power of -12). Here the exact value is rounded to 12 bits of fraction, the same on every host. Neither rounding mode nor exceptions have a
/// part in them, and subnormal numbers are zeros.
/// </summary>
internal static class ReciprocalUnit
{
    // Of the 23 bits of fraction those below the 12 that are kept.
    private const uint Dropped = 0x7FF;
    private const uint Half = 0x400;
    private const uint SignBit = 0x8000_0000;
    private const uint QuietBit = 0x40_0000;
    private const uint Indefinite = 0xFFC0_0000;

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Rcpps] = static (ref cpu, operation) => Apply(ref cpu, operation, Reciprocal, count: 4);
        handlers[Mnemonic.Rcpss] = static (ref cpu, operation) => Apply(ref cpu, operation, Reciprocal, count: 1);
        handlers[Mnemonic.Rsqrtps] = static (ref cpu, operation) => Apply(ref cpu, operation, ReciprocalRoot, count: 4);
        handlers[Mnemonic.Rsqrtss] = static (ref cpu, operation) => Apply(ref cpu, operation, ReciprocalRoot, count: 1);
    }

    private static void Apply(ref Cpu cpu, Operation operation, Func<float, uint> approximate, int count)
    {
        Vector128<float> source = cpu.ReadVectorSource(operation).AsSingle();
        ref Vector128<byte> destination = ref cpu.State.Vector[operation.Destination];
        Vector128<uint> result = destination.AsUInt32();
        for (int i = 0; i < count; i++) result = result.WithElement(i, approximate(source.GetElement(i)));
        destination = result.AsByte();
    }

    private static uint Reciprocal(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return bits | QuietBit;
        return IsZero(value) ? (bits & SignBit) | BitConverter.SingleToUInt32Bits(float.PositiveInfinity) : Round(1 / value);
    }

    private static uint ReciprocalRoot(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return bits | QuietBit;
        if (IsZero(value)) return (bits & SignBit) | BitConverter.SingleToUInt32Bits(float.PositiveInfinity);
        return value < 0 ? Indefinite : Round((float)(1 / Math.Sqrt(value)));
    }

    private static bool IsZero(float value) => value == 0 || float.IsSubnormal(value);

    private static uint Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return IsZero(value) ? bits & SignBit : (bits + Half) & ~Dropped;
    }
}
