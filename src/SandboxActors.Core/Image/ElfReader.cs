using System.Buffers.Binary;
using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>
/// Reads the program headers of a statically linked ELF64 file for x86-64 (System V ABI, chapters 4 and 5). The file is not trusted: every offset is
/// checked, in 64 bits,
/// before it is used.
/// </summary>
internal sealed class ElfReader(string name, ReadOnlyMemory<byte> file)
{
    /// <summary>Where an image may lie: from 4 MiB up to 1 GiB.</summary>
    public static readonly GuestRange ImageSpace = new(new GuestAddress(0x40_0000), 0x4000_0000 - 0x40_0000);

    /// <summary>The longest image, from its first to its last page.</summary>
    public const ulong MaximumImageSize = 256UL << 20;

    /// <summary>The most program headers, and so segments, that a file may have.</summary>
    public const int MaximumProgramHeaders = 128;

    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const uint Load = 1;
    private const uint Dynamic = 2;
    private const uint Interpreter = 3;

    private readonly ReadOnlyMemory<byte> _file = file;

    /// <summary>The loadable segments from the lowest address up, and the entry.</summary>
    /// <exception cref="GuestImageException">The file is not what is wanted; the message says in which way.</exception>
    public (IReadOnlyList<ImageSegment> Segments, GuestAddress Entry) Read()
    {
        ReadOnlySpan<byte> header = CheckHeader();
        ulong entry = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);
        List<ImageSegment> segments = ReadSegments(header);

        if (segments.Count == 0) throw Unusable("it has no loadable segment");
        segments.Sort((left, right) => left.Pages.Start.CompareTo(right.Pages.Start));
        for (int i = 1; i < segments.Count; i++)
            if (segments[i].Pages.Overlaps(segments[i - 1].Pages)) throw Unusable($"its segments {segments[i - 1].Pages} and {segments[i].Pages} overlap");
        ulong span = segments[^1].Pages.End - segments[0].Pages.Start;
        if (span > MaximumImageSize) throw Unusable($"its segments are absurdly large: they span {span} bytes, and {MaximumImageSize} are the most");
        if (!segments.Exists(s => s.Access.HasFlag(MemoryAccess.Execute) && s.Pages.Contains(new GuestAddress(entry))))
            throw Unusable($"its entry {Hex(entry)} lies outside its executable segments");
        return (segments, new GuestAddress(entry));
    }

    private ReadOnlySpan<byte> CheckHeader()
    {
        ReadOnlySpan<byte> bytes = _file.Span;
        if (!bytes.StartsWith("\u007fELF"u8)) throw Unusable("it is not an ELF file");
        if (bytes.Length < HeaderSize) throw Unusable("it is truncated inside the ELF header");
        if (bytes[4] != 2) throw Unusable("it is a 32-bit ELF file; build it for x86-64");
        if (bytes[5] != 1) throw Unusable("it is big-endian");
        ushort machine = BinaryPrimitives.ReadUInt16LittleEndian(bytes[18..]);
        if (machine != 62) throw Unusable(string.Create(CultureInfo.InvariantCulture, $"it is built for another CPU (ELF machine {machine}, x86-64 is 62)"));
        ushort type = BinaryPrimitives.ReadUInt16LittleEndian(bytes[16..]);
        if (type == 3) throw Unusable("it is position-independent; link it with -static -no-pie");
        if (type != 2) throw Unusable(string.Create(CultureInfo.InvariantCulture, $"it is not an executable (ELF type {type})"));
        return bytes[..HeaderSize];
    }

    private List<ImageSegment> ReadSegments(ReadOnlySpan<byte> header)
    {
        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        ushort entrySize = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (entrySize != ProgramHeaderSize) throw Unusable($"its program headers are {entrySize} bytes each instead of {ProgramHeaderSize}");
        if (count > MaximumProgramHeaders) throw Unusable($"it has {count} program headers, and {MaximumProgramHeaders} are the most");
        if (!LiesInFile(tableOffset, (ulong)count * ProgramHeaderSize)) throw Unusable("it is truncated: its program headers lie outside the file");

        var segments = new List<ImageSegment>();
        ulong total = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> programHeader = _file.Span.Slice((int)tableOffset + (i * ProgramHeaderSize), ProgramHeaderSize);
            switch (BinaryPrimitives.ReadUInt32LittleEndian(programHeader))
            {
                case Load when ReadSegment(programHeader, ref total) is { } segment:
                    segments.Add(segment);
                    break;
                case Dynamic or Interpreter:
                    throw Unusable("it is dynamically linked; link it with -static");
            }
        }

        return segments;
    }

    /// <param name="header">The segment's program header.</param>
    /// <param name="total">The size in memory of all segments so far: many that show the same part of a file would each be a copy of it.</param>
    private ImageSegment? ReadSegment(ReadOnlySpan<byte> header, ref ulong total)
    {
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        ulong fileSize = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        ulong memorySize = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);

        if (memorySize == 0 && fileSize == 0) return null;
        if (fileSize > memorySize) throw Unusable($"its segment at {Hex(address)} is larger in the file than in memory");
        if (memorySize > MaximumImageSize) throw Unusable($"its segment at {Hex(address)} is absurdly large: {memorySize} bytes, and {MaximumImageSize} are the most");
        if (address > ulong.MaxValue - memorySize || !ImageSpace.Contains(new GuestRange(new GuestAddress(address), memorySize)))
            throw Unusable($"its segment at {Hex(address)} lies outside {ImageSpace}");
        if (!LiesInFile(offset, fileSize)) throw Unusable($"it is truncated: its segment at {Hex(address)} reaches beyond the file's end");

        total += memorySize;
        if (total > MaximumImageSize) throw Unusable($"its segments are absurdly large: together they have {total} bytes, and {MaximumImageSize} are the most");

        GuestAddress firstPage = new GuestAddress(address).PageStart;
        ulong lead = address - firstPage.Value;
        byte[] content = new byte[lead + fileSize];
        _file.Span.Slice((int)offset, (int)fileSize).CopyTo(content.AsSpan((int)lead));
        return new ImageSegment(new GuestRange(firstPage, GuestAddress.RoundUpToPages(lead + memorySize)), Access(flags, address), content);
    }

    private MemoryAccess Access(uint flags, ulong address) => (flags & 7) switch
    {
        1 or 5 => MemoryAccess.Read | MemoryAccess.Execute,
        2 or 6 => MemoryAccess.Read | MemoryAccess.Write,
        4 => MemoryAccess.Read,
        0 => throw Unusable($"its segment at {Hex(address)} may not even be read"),
        _ => throw Unusable($"its segment at {Hex(address)} is both writable and executable"),
    };

    private bool LiesInFile(ulong offset, ulong length) => offset <= (ulong)_file.Length && length <= (ulong)_file.Length - offset;

    private GuestImageException Unusable(string problem) => new(name, problem);

    private static string Hex(ulong value) => new GuestAddress(value).ToString();
}
