using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>Which symbol an address belongs to. Immutable; made from bytes that are not trusted, whatever they are.</summary>
internal sealed class SymbolTable
{
    private const int LongestName = 1024;

    // Symbols that start below an address and might reach over it: more would be a file made to be slow.
    private const int MostLookedAt = 32;

    private readonly ReadOnlyMemory<byte> _names;
    private readonly Entry[] _entries;

    public SymbolTable(SymbolSections sections)
    {
        Problem = sections.Problem;
        _names = sections.Names;
        _entries = Read(sections.Symbols.Span);
        Array.Sort(_entries);
    }

    /// <summary>Why there are no symbols; null if there are.</summary>
    public string? Problem { get; }

    /// <summary>How many names there are.</summary>
    public int Count => _entries.Length;

    /// <summary>
    /// The symbol that an address belongs to: the nearest one that starts at or below it and reaches over it. One without a size reaches up to the
    /// next.
    /// </summary>
    public GuestSymbol? Find(GuestAddress address)
    {
        int nearest = LastAtOrBelow(address.Value);
        for (int i = nearest; i >= 0 && nearest - i < MostLookedAt; i--)
        {
            Entry entry = _entries[i];
            bool reaches = entry.Size == 0 ? entry.Start == _entries[nearest].Start : address.Value - entry.Start < entry.Size;
            if (reaches) return new GuestSymbol(NameAt(entry.Name), new GuestAddress(entry.Start), entry.Size);
        }

        return null;
    }

    /// <summary>Where the symbol of a name is; null if there is none, or if there are several that differ.</summary>
    public GuestAddress? AddressOf(string name)
    {
        ReadOnlySpan<byte> wanted = Encoding.UTF8.GetBytes(name);
        ulong? found = null;
        foreach (Entry entry in _entries)
        {
            ReadOnlySpan<byte> rest = _names.Span[(int)entry.Name..];
            if (!rest.StartsWith(wanted) || (rest.Length > wanted.Length && rest[wanted.Length] != 0)) continue;
            if (found is { } other && other != entry.Start) return null;
            found = entry.Start;
        }

        return found is { } address ? new GuestAddress(address) : null;
    }

    private int LastAtOrBelow(ulong address)
    {
        int low = 0, high = _entries.Length;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (_entries[middle].Start <= address) low = middle + 1;
            else high = middle;
        }

        return low - 1;
    }

    private string NameAt(uint offset)
    {
        ReadOnlySpan<byte> rest = _names.Span[(int)offset..];
        int end = rest.IndexOf((byte)0);
        if (end < 0) end = rest.Length;
        return GuestText.Escape(Encoding.UTF8.GetString(rest[..Math.Min(end, LongestName)]));
    }

    private Entry[] Read(ReadOnlySpan<byte> symbols)
    {
        var entries = new List<Entry>(symbols.Length / SymbolSections.SymbolSize);
        for (; symbols.Length >= SymbolSections.SymbolSize; symbols = symbols[SymbolSections.SymbolSize..])
            if (Entry.TryRead(symbols, out Entry entry) && entry.Name < (uint)_names.Length && _names.Span[(int)entry.Name] != 0) entries.Add(entry);
        return [.. entries];
    }

    /// <summary>One symbol. The one to be preferred of several at one address comes last.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(ulong Start, ulong Size, uint Name, int Rank) : IComparable<Entry>
    {
        private const int NoType = 0;
        private const int Data = 1;
        private const int Function = 2;
        private const int Local = 0;
        private const ushort Undefined = 0;
        private const ushort FirstReserved = 0xFF00;

        /// <returns>Whether it names something that is in the guest.</returns>
        public static bool TryRead(ReadOnlySpan<byte> symbol, out Entry entry)
        {
            int type = symbol[4] & 0xF;
            int binding = symbol[4] >> 4;
            ushort section = BinaryPrimitives.ReadUInt16LittleEndian(symbol[6..]);
            entry = new Entry(
                BinaryPrimitives.ReadUInt64LittleEndian(symbol[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(symbol[16..]),
                BinaryPrimitives.ReadUInt32LittleEndian(symbol),
                (type == NoType ? 0 : 2) + (binding == Local ? 0 : 1));
            return type is NoType or Data or Function && section is not Undefined and < FirstReserved;
        }

        public int CompareTo(Entry other)
        {
            int order = Start.CompareTo(other.Start);
            if (order == 0) order = Rank.CompareTo(other.Rank);
            if (order == 0) order = Size.CompareTo(other.Size);
            return order == 0 ? other.Name.CompareTo(Name) : order;
        }
    }
}
