using System.Buffers.Binary;
using System.Text;

namespace SandboxActors.Core.Tests;

/// <summary>Gives an ELF file a symbol table, a right one or a wrong one.</summary>
internal sealed class ElfSymbols
{
    private const int HeaderSize = 64;
    private const int SymbolSize = 24;

    /// <summary>The symbols; a function (2), of any file (1 &lt;&lt; 4), in a section (1) unless said otherwise.</summary>
    public List<Symbol> Symbols { get; } = [];

    public ushort SectionHeaderSize { get; set; } = HeaderSize;

    public ushort SectionCount { get; set; } = 3;

    public ulong? SectionOffset { get; set; }

    public uint NamesSection { get; set; } = 2;

    public uint NamesType { get; set; } = 3;

    public uint SymbolsType { get; set; } = 2;

    public ulong EntrySize { get; set; } = SymbolSize;

    public ulong? SymbolsOffset { get; set; }

    public ulong? SymbolsLength { get; set; }

    public ulong? NamesOffset { get; set; }

    public ulong? NamesLength { get; set; }

    public ElfSymbols Add(string name, ulong start, ulong size, byte info = 0x12, ushort section = 1)
    {
        Symbols.Add(new Symbol(name, start, size, info, section));
        return this;
    }

    /// <summary>The file with the symbols behind its end.</summary>
    public byte[] AppendTo(byte[] elf)
    {
        var names = new MemoryStream();
        names.WriteByte(0);
        byte[] symbols = new byte[(Symbols.Count + 1) * SymbolSize];
        for (int i = 0; i < Symbols.Count; i++)
        {
            Symbols[i].Write(symbols.AsSpan((i + 1) * SymbolSize), (uint)names.Length);
            names.Write(Encoding.UTF8.GetBytes(Symbols[i].Name));
            names.WriteByte(0);
        }

        byte[] headers = new byte[3 * HeaderSize];
        ulong symbolsOffset = SymbolsOffset ?? (ulong)elf.Length, namesOffset = NamesOffset ?? (ulong)(elf.Length + symbols.Length);
        WriteHeader(headers.AsSpan(HeaderSize), SymbolsType, symbolsOffset, SymbolsLength ?? (ulong)symbols.Length, NamesSection, EntrySize);
        WriteHeader(headers.AsSpan(2 * HeaderSize), NamesType, namesOffset, NamesLength ?? (ulong)names.Length, 0, 0);

        byte[] file = [.. elf, .. symbols, .. names.ToArray(), .. headers];
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(40), SectionOffset ?? (ulong)(file.Length - headers.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(58), SectionHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(60), SectionCount);
        return file;
    }

    private static void WriteHeader(Span<byte> header, uint type, ulong offset, ulong length, uint link, ulong entrySize)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], type);
        BinaryPrimitives.WriteUInt64LittleEndian(header[24..], offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[40..], link);
        BinaryPrimitives.WriteUInt64LittleEndian(header[56..], entrySize);
    }

    public sealed record Symbol(string Name, ulong Start, ulong Size, byte Info, ushort Section)
    {
        public void Write(Span<byte> target, uint name)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(target, name);
            target[4] = Info;
            BinaryPrimitives.WriteUInt16LittleEndian(target[6..], Section);
            BinaryPrimitives.WriteUInt64LittleEndian(target[8..], Start);
            BinaryPrimitives.WriteUInt64LittleEndian(target[16..], Size);
        }
    }
}
