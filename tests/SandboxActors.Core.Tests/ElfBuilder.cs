using System.Buffers.Binary;

namespace SandboxActors.Core.Tests;

/// <summary>Writes small ELF files, right ones and wrong ones.</summary>
internal sealed class ElfBuilder
{
    public ushort Type { get; set; } = 2;

    public ushort Machine { get; set; } = 62;

    public byte Class { get; set; } = 2;

    public byte Endianness { get; set; } = 1;

    public ulong Entry { get; set; } = 0x40_0000;

    public ulong ProgramHeaderOffset { get; set; } = 64;

    public ushort ProgramHeaderSize { get; set; } = 56;

    public ushort? ProgramHeaderCount { get; set; }

    public List<Segment> Segments { get; } = [new(1, 5, 0x1000, 0x40_0000, 16, 16)];

    public byte[] Build(int length = 0x3000)
    {
        byte[] file = new byte[length];
        "\u007fELF"u8.CopyTo(file);
        file[4] = Class;
        file[5] = Endianness;
        file[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), Type);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), Machine);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), Entry);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), ProgramHeaderOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), ProgramHeaderCount ?? (ushort)Segments.Count);
        for (int i = 0; i < Segments.Count && 64 + ((i + 1) * 56) <= length; i++) Segments[i].Write(file.AsSpan(64 + (i * 56)));
        return file;
    }

    public sealed record Segment(uint Type, uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize)
    {
        public void Write(Span<byte> target)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, Type);
            BinaryPrimitives.WriteUInt32LittleEndian(target[4..], Flags);
            BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(target[16..], Address);
            BinaryPrimitives.WriteUInt64LittleEndian(target[24..], Address);
            BinaryPrimitives.WriteUInt64LittleEndian(target[32..], FileSize);
            BinaryPrimitives.WriteUInt64LittleEndian(target[40..], MemorySize);
        }
    }
}
