using System.Buffers.Binary;
using System.Collections.Immutable;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// An ELF core file, planned and then written from front to back: header, one program header a run, notes, one block that all runs of zeros share,
/// and the pages that hold something. So a large guest that has used little makes a small file, on any file system and on any stream.
/// </summary>
internal sealed class CoreFile
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const int CopySize = 64 << 10;
    private const ushort Core = 4;
    private const ushort X86_64 = 62;
    private const uint Load = 1;
    private const uint Note = 4;

    private readonly ImmutableArray<CoreRun> _runs;
    private readonly byte[] _notes;
    private readonly ulong _notesOffset;
    private readonly ulong _zeros;
    private readonly ulong _zerosOffset;

    /// <summary>Plans the file: looks at all pages that may hold something.</summary>
    public CoreFile(IReadOnlyCollection<CoreMemory> memory, byte[] notes)
    {
        _runs = [.. CoreRun.Of(memory)];
        _notes = notes;
        _notesOffset = HeaderSize + ((ulong)(_runs.Length + 1) * ProgramHeaderSize);
        _zerosOffset = GuestAddress.RoundUpToPages(_notesOffset + (ulong)notes.Length);
        _zeros = _runs.Where(static run => run.IsZero).Select(static run => run.Length).DefaultIfEmpty().Max();
        Length = _zerosOffset + _zeros + Sum(_runs.Where(static run => !run.IsZero));
    }

    /// <summary>The size of the file in bytes.</summary>
    public ulong Length { get; }

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">The stream refused.</exception>
    public void WriteTo(Stream stream)
    {
        stream.Write(Header());
        stream.Write(ProgramHeader(Note, 0, _notesOffset, default, (ulong)_notes.Length, 4));
        ulong next = _zerosOffset + _zeros;
        foreach (CoreRun run in _runs)
        {
            GuestAddress start = run.Memory.Range.Start + run.Offset;
            stream.Write(ProgramHeader(Load, Flags(run.Memory.Access), run.IsZero ? _zerosOffset : next, start, run.Length, GuestAddress.PageSize));
            if (!run.IsZero) next += run.Length;
        }

        stream.Write(_notes);
        WriteZeros(stream, _zerosOffset - _notesOffset - (ulong)_notes.Length + _zeros);
        byte[] copy = new byte[CopySize];
        foreach (CoreRun run in _runs)
            if (!run.IsZero) Write(stream, run, copy);
    }

    private byte[] Header()
    {
        byte[] header = new byte[HeaderSize];
        "\u007fELF"u8.CopyTo(header);
        header[4] = 2; // 64-bit
        header[5] = 1; // little-endian
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(16), Core);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(18), X86_64);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(52), HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(54), ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(56), checked((ushort)(_runs.Length + 1)));
        return header;
    }

    private static byte[] ProgramHeader(uint type, uint flags, ulong offset, GuestAddress address, ulong length, ulong alignment)
    {
        byte[] header = new byte[ProgramHeaderSize];
        BinaryPrimitives.WriteUInt32LittleEndian(header, type);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), flags);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(8), offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(16), address.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(32), length);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(40), type == Load ? length : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(48), alignment);
        return header;
    }

    private static void Write(Stream stream, CoreRun run, byte[] copy)
    {
        for (ulong done = 0; done < run.Length; done += CopySize)
        {
            Span<byte> part = copy.AsSpan(0, (int)Math.Min(CopySize, run.Length - done));
            run.Memory.Copy(run.Offset + done, part);
            stream.Write(part);
        }
    }

    private static void WriteZeros(Stream stream, ulong count)
    {
        byte[] zeros = new byte[Math.Min(CopySize, count)];
        for (ulong done = 0; done < count; done += CopySize) stream.Write(zeros, 0, (int)Math.Min(CopySize, count - done));
    }

    private static ulong Sum(IEnumerable<CoreRun> runs) => runs.Aggregate(0UL, static (sum, run) => sum + run.Length);

    // PF_X is 1, PF_W 2, PF_R 4.
    private static uint Flags(MemoryAccess access) =>
        (access.HasFlag(MemoryAccess.Read) ? 4u : 0)
        | (access.HasFlag(MemoryAccess.Write) ? 2u : 0)
        | (access.HasFlag(MemoryAccess.Execute) ? 1u : 0);
}
