using System.Buffers.Binary;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>A random processor and a random piece of memory.</summary>
internal sealed class RandomState
{
    private const ulong ArithmeticFlags = 0x8D5;
    private const ulong DirectionFlag = 0x400;
    private const uint MaskedMxcsr = 0x1F80;
    private const uint FlushesToZero = 0x8000;
    private const uint DenormalsAreZero = 0x40;
    private const uint InexactRaised = 0x20;

    public RandomState(CaseRandom random, NumberSource numbers, int slot)
    {
        Block = CaseLayout.BlockOf(slot);
        for (int i = 0; i < Registers.Length; i++) Registers[i] = numbers.NextInteger();
        Registers[4] = Block + CaseLayout.Stack;
        numbers.FillFloats(Vectors);
        numbers.FillFloats(Memory);
        if (random.OneIn(3)) random.NextBytes(Vectors);
        if (random.OneIn(3)) random.NextBytes(Memory);
        if (random.OneIn(8)) FillWithSmallCounts(random);
        Flags = (random.NextUInt64() & ArithmeticFlags) | (random.OneIn(4) ? DirectionFlag : 0) | 2;
        Mxcsr = MaskedMxcsr | ((uint)random.Next(4) << 13);
        if (random.OneIn(3)) Mxcsr |= InexactRaised;
        if (random.OneIn(4)) Mxcsr |= (uint)random.NextUInt64() & (FlushesToZero | DenormalsAreZero);
        if (random.OneIn(24)) Mxcsr &= ~(0x80u << random.Next(6));
    }

    public ulong Block { get; }

    public ulong[] Registers { get; } = new ulong[16];

    public byte[] Vectors { get; } = new byte[256];

    public byte[] Memory { get; } = new byte[CaseLayout.MemoryLength];

    public ulong Flags { get; set; }

    public uint Mxcsr { get; set; }

    /// <summary>The memory at an address inside the block's memory.</summary>
    public Span<byte> At(ulong address) => Memory.AsSpan((int)(address - Block) - CaseLayout.Memory);

    // Shift counts that do not shift everything out.
    private void FillWithSmallCounts(CaseRandom random)
    {
        for (int i = 0; i < Vectors.Length; i += 16) BinaryPrimitives.WriteUInt64LittleEndian(Vectors.AsSpan(i), (ulong)random.Next(70));
        for (int i = 0; i < Memory.Length; i += 8) BinaryPrimitives.WriteUInt64LittleEndian(Memory.AsSpan(i), (ulong)random.Next(70));
    }
}
