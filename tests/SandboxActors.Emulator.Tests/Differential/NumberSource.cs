using System.Buffers.Binary;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Random numbers, among them those at which arithmetic changes its mind.</summary>
internal sealed class NumberSource(CaseRandom random)
{
    private static readonly ulong[] Integers =
    [
        0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, 0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_8000_0000,
    ];

    private static readonly ulong[] Doubles =
    [
        0, 0x8000_0000_0000_0000, 0x3FF0_0000_0000_0000, 0xBFF0_0000_0000_0000, 0x7FF0_0000_0000_0000, 0xFFF0_0000_0000_0000, 0x7FF8_0000_0000_1234,
        0xFFF8_0000_0000_0000, 0x7FF0_0000_0000_0001, 0xFFF4_0000_0000_0000, 1, 0x000F_FFFF_FFFF_FFFF, 0x0010_0000_0000_0000, 0x7FEF_FFFF_FFFF_FFFF,
        0x8000_0000_0000_0001, 0x4330_0000_0000_0001, 0x41DF_FFFF_FFC0_0000, 0xC1E0_0000_0000_0000, 0x43E0_0000_0000_0000, 0x3FE0_0000_0000_0000,
        0x36A0_0000_0000_0000, 0x3810_0000_0000_0000, 0x47EF_FFFF_E000_0000,
    ];

    private static readonly uint[] Singles =
    [
        0, 0x8000_0000, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_1234, 0xFFC0_0000, 0x7F80_0001, 0xFFA0_0000, 1, 0x007F_FFFF,
        0x0080_0000, 0x7F7F_FFFF, 0x8000_0001, 0x4B00_0001, 0x4F00_0000, 0xCF00_0000, 0x5F00_0000, 0x3F00_0000,
    ];

    public ulong NextInteger()
    {
        int kind = random.Next(4);
        if (kind == 0) return Integers[random.Next(Integers.Length)];
        if (kind == 1) return (ulong)random.Next(256);
        ulong value = random.NextUInt64();
        return kind == 2 ? value : value >> random.Next(64);
    }

    /// <summary>Fills with numbers of the two floating point formats, special ones and ones close to each other.</summary>
    public void FillFloats(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += 8)
        {
            if (random.Next(2) == 0)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes[i..], NextDouble());
            }
            else
            {
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[i..], NextSingle());
                BinaryPrimitives.WriteUInt32LittleEndian(bytes[(i + 4)..], NextSingle());
            }
        }
    }

    private ulong NextDouble() => random.Next(4) switch
    {
        0 => Doubles[random.Next(Doubles.Length)],
        1 => BitConverter.DoubleToUInt64Bits((random.NextDouble() - 0.5) * 1e10),
        2 => BitConverter.DoubleToUInt64Bits(random.Next(-100, 100)),
        _ => random.NextUInt64(),
    };

    private uint NextSingle() => random.Next(4) switch
    {
        0 => Singles[random.Next(Singles.Length)],
        1 => BitConverter.SingleToUInt32Bits((float)((random.NextDouble() - 0.5) * 1e10)),
        2 => BitConverter.SingleToUInt32Bits(random.Next(-100, 100)),
        _ => (uint)random.NextUInt64(),
    };
}
