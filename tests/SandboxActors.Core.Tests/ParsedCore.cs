using System.Buffers.Binary;
using System.Text;

namespace SandboxActors.Core.Tests;

/// <summary>An ELF core file, read by nothing but the specification.</summary>
internal sealed class ParsedCore
{
    private readonly byte[] _file;

    public ParsedCore(byte[] file)
    {
        _file = file;
        Assert.Equal("\u007fELF\u0002\u0001\u0001"u8.ToArray(), file[..7]);
        Assert.Equal(4, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(16))); // ET_CORE
        Assert.Equal(62, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(18))); // EM_X86_64
        Assert.Equal(56, BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(54)));
        int start = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(32));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(56));
        for (int i = 0; i < count; i++) Read(file.AsSpan(start + (i * 56), 56));
    }

    public List<(uint Flags, ulong Offset, ulong Address, ulong FileSize, ulong MemorySize)> Loads { get; } = [];

    public Dictionary<(string Owner, uint Type), byte[]> Notes { get; } = [];

    /// <summary>All memory that it has from one address to another; fails where there is none.</summary>
    public byte[] Memory(ulong address, ulong length)
    {
        byte[] memory = new byte[length];
        ulong covered = 0;
        foreach ((_, ulong offset, ulong start, ulong size, _) in Loads)
        {
            ulong from = Math.Max(start, address), to = Math.Min(start + size, address + length);
            if (from >= to) continue;
            _file.AsSpan((int)(offset + from - start), (int)(to - from)).CopyTo(memory.AsSpan((int)(from - address)));
            covered += to - from;
        }

        Assert.Equal(length, covered);
        return memory;
    }

    private void Read(ReadOnlySpan<byte> header)
    {
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(header), flags = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]), size = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        Assert.True(offset + size <= (ulong)_file.Length);
        if (type == 1)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]), memorySize = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
            Assert.Equal(0UL, (offset | address) % 4096);
            Loads.Add((flags, offset, address, size, memorySize));
            return;
        }

        Assert.Equal(4u, type);
        for (ReadOnlySpan<byte> notes = _file.AsSpan((int)offset, (int)size); !notes.IsEmpty;)
        {
            int name = BinaryPrimitives.ReadInt32LittleEndian(notes), description = BinaryPrimitives.ReadInt32LittleEndian(notes[4..]);
            int descriptionStart = 12 + ((name + 3) & ~3);
            string owner = Encoding.ASCII.GetString(notes.Slice(12, name - 1));
            Notes.Add((owner, BinaryPrimitives.ReadUInt32LittleEndian(notes[8..])), notes.Slice(descriptionStart, description).ToArray());
            notes = notes[(descriptionStart + ((description + 3) & ~3))..];
        }
    }
}
