using System.Buffers.Binary;

namespace SandboxActors.Core.Image;

/// <summary>
/// The bytes of a guest file's symbol table and of its names, copied out so that the rest of the file need not be kept. The file is not trusted, and
/// its symbols are for showing alone: whatever is wrong with them is said, and the guest runs without.
/// </summary>
internal sealed class SymbolSections
{
    /// <summary>The most symbols that are read.</summary>
    public const int MaximumSymbols = 1 << 20;

    /// <summary>The most bytes of names that are read.</summary>
    public const int MaximumNames = 64 << 20;

    /// <summary>Bytes of one symbol (System V ABI, figure 4-15, as Elf64_Sym).</summary>
    public const int SymbolSize = 24;

    private const int SectionHeaderSize = 64;
    private const uint SymbolTableType = 2;
    private const uint StringTableType = 3;

    private SymbolSections(ReadOnlyMemory<byte> symbols, ReadOnlyMemory<byte> names) => (Symbols, Names) = (symbols, names);

    private SymbolSections(string problem)
        : this(default, default) => Problem = problem;

    /// <summary>Whole symbols of <see cref="SymbolSize"/> bytes each.</summary>
    public ReadOnlyMemory<byte> Symbols { get; }

    /// <summary>Their names, each with a zero behind it, if the file is as it should be.</summary>
    public ReadOnlyMemory<byte> Names { get; }

    /// <summary>Why there are no symbols; null if there are.</summary>
    public string? Problem { get; }

    /// <summary>Takes symbols that were copied out of a file before, and saved. They are no more trusted than the file.</summary>
    /// <param name="symbols">As many bytes as <see cref="IsPossible"/> allows; kept.</param>
    /// <param name="names">Likewise.</param>
    public static SymbolSections From(ReadOnlyMemory<byte> symbols, ReadOnlyMemory<byte> names) =>
        symbols.IsEmpty ? new SymbolSections("the guest was saved without symbols") : new SymbolSections(symbols, names);

    /// <summary>Whether there can be so many bytes of symbols and of names.</summary>
    public static bool IsPossible(int symbols, int names) =>
        symbols >= 0 && symbols % SymbolSize == 0 && symbols / SymbolSize <= MaximumSymbols && names is >= 0 and <= MaximumNames;

    /// <summary>Copies the symbols out of a file whose ELF header has been found right.</summary>
    public static SymbolSections CopyFrom(ReadOnlySpan<byte> file)
    {
        ulong tableOffset = BinaryPrimitives.ReadUInt64LittleEndian(file[40..]);
        ushort entrySize = BinaryPrimitives.ReadUInt16LittleEndian(file[58..]);
        ushort count = BinaryPrimitives.ReadUInt16LittleEndian(file[60..]);
        if (tableOffset == 0 || count == 0) return new SymbolSections("the file has no section headers");
        if (entrySize != SectionHeaderSize)
            return new SymbolSections($"its section headers are {entrySize} bytes each instead of {SectionHeaderSize}");
        if (!TrySlice(file, tableOffset, (ulong)count * SectionHeaderSize, out ReadOnlySpan<byte> headers))
            return new SymbolSections("its section headers lie outside the file");

        for (int section = 0; section < count; section++)
            if (TypeOf(headers, section) == SymbolTableType) return Copy(file, headers, section);
        return new SymbolSections("the file has no symbol table: it was stripped");
    }

    private static SymbolSections Copy(ReadOnlySpan<byte> file, ReadOnlySpan<byte> headers, int section)
    {
        ReadOnlySpan<byte> header = headers[(section * SectionHeaderSize)..];
        ulong entrySize = BinaryPrimitives.ReadUInt64LittleEndian(header[56..]);
        if (entrySize != SymbolSize) return new SymbolSections($"its symbols are {entrySize} bytes each instead of {SymbolSize}");
        uint link = BinaryPrimitives.ReadUInt32LittleEndian(header[40..]);
        if (link >= headers.Length / SectionHeaderSize || TypeOf(headers, (int)link) != StringTableType)
            return new SymbolSections($"the names of its symbols are in section {link}, which holds none");

        if (!TryReadSection(file, header, out ReadOnlySpan<byte> symbols)) return new SymbolSections("its symbol table lies outside the file");
        if (!TryReadSection(file, headers[((int)link * SectionHeaderSize)..], out ReadOnlySpan<byte> names))
            return new SymbolSections("the names of its symbols lie outside the file");
        if (symbols.Length / SymbolSize > MaximumSymbols)
            return new SymbolSections($"it has {symbols.Length / SymbolSize} symbols, and {MaximumSymbols} are the most");
        if (names.Length > MaximumNames)
            return new SymbolSections($"the names of its symbols have {names.Length} bytes, and {MaximumNames} are the most");
        return new SymbolSections(symbols[..(symbols.Length / SymbolSize * SymbolSize)].ToArray(), names.ToArray());
    }

    private static uint TypeOf(ReadOnlySpan<byte> headers, int section) =>
        BinaryPrimitives.ReadUInt32LittleEndian(headers[((section * SectionHeaderSize) + 4)..]);

    private static bool TryReadSection(ReadOnlySpan<byte> file, ReadOnlySpan<byte> header, out ReadOnlySpan<byte> content) =>
        TrySlice(file, BinaryPrimitives.ReadUInt64LittleEndian(header[24..]), BinaryPrimitives.ReadUInt64LittleEndian(header[32..]), out content);

    private static bool TrySlice(ReadOnlySpan<byte> file, ulong offset, ulong length, out ReadOnlySpan<byte> slice)
    {
        slice = default;
        if (offset > (ulong)file.Length || length > (ulong)file.Length - offset) return false;
        slice = file.Slice((int)offset, (int)length);
        return true;
    }
}
