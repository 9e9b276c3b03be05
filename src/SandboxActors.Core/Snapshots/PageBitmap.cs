using System.Numerics;

namespace SandboxActors.Core.Snapshots;

/// <summary>A set of page numbers, kept as the kernel reports them: one bit a page, lowest first, in 64-bit words.</summary>
internal sealed class PageBitmap(int pages)
{
    public const int PagesPerWord = 64;

    private readonly ulong[] _words = new ulong[(pages + PagesPerWord - 1) / PagesPerWord];

    public Span<ulong> Words => _words;

    public void Add(int page) => _words[page / PagesPerWord] |= 1UL << (page % PagesPerWord);

    public bool Contains(int page) => (_words[page / PagesPerWord] >> (page % PagesPerWord) & 1) != 0;

    public void Clear() => _words.AsSpan().Clear();

    public int Count()
    {
        int count = 0;
        foreach (ulong word in _words) count += BitOperations.PopCount(word);
        return count;
    }

    public Enumerator GetEnumerator() => new(_words);

    /// <summary>Goes through the set pages from the lowest up.</summary>
    public struct Enumerator(ulong[] words)
    {
        private int _index = -1;
        private ulong _rest;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            while (_rest == 0)
            {
                if (++_index >= words.Length) return false;
                _rest = words[_index];
            }

            Current = (_index * PagesPerWord) + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
