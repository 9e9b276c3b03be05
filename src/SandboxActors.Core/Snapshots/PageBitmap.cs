using System.Numerics;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// A set of page numbers, kept as the kernel reports them: one bit a page, lowest first, in 64-bit words. Going through it and clearing it cost what lies
/// between its lowest and its highest page, and not what the guest could have.
/// </summary>
internal sealed class PageBitmap(int pages)
{
    public const int PagesPerWord = 64;

    private readonly ulong[] _words = new ulong[(pages + PagesPerWord - 1) / PagesPerWord];

    // All words outside of these are zero.
    private int _first = int.MaxValue;
    private int _end;

    public int WordCount => _words.Length;

    public ReadOnlySpan<ulong> Words => _words;

    public ulong this[int word]
    {
        get => _words[word];
        set
        {
            _words[word] = value;
            _first = Math.Min(_first, word);
            _end = Math.Max(_end, word + 1);
        }
    }

    /// <summary>All words, for somebody who writes all of them.</summary>
    public Span<ulong> Overwrite()
    {
        _first = 0;
        _end = _words.Length;
        return _words;
    }

    public void Add(int page) => this[page / PagesPerWord] |= 1UL << (page % PagesPerWord);

    public void Remove(int page) => _words[page / PagesPerWord] &= ~(1UL << (page % PagesPerWord));

    public bool Contains(int page) => (_words[page / PagesPerWord] >> (page % PagesPerWord) & 1) != 0;

    public void UnionWith(PageBitmap other)
    {
        for (int word = other.NextWord(0); word < other.WordCount; word = other.NextWord(word + 1)) this[word] |= other[word];
    }

    public void Clear()
    {
        if (_first < _end) _words.AsSpan(_first, _end - _first).Clear();
        _first = int.MaxValue;
        _end = 0;
    }

    public int Count()
    {
        int count = 0;
        foreach (ulong word in _words) count += BitOperations.PopCount(word);
        return count;
    }

    /// <summary>The first word from one on that has a page; behind the last one if none has.</summary>
    public int NextWord(int from)
    {
        // Large guests write few of their pages: most words are passed over many at a time.
        from = Math.Max(from, _first);
        int next = from < _end ? _words.AsSpan(from, _end - from).IndexOfAnyExcept(0UL) : -1;
        return next < 0 ? _words.Length : from + next;
    }

    public Enumerator GetEnumerator() => new(this);

    /// <summary>Goes through the set pages from the lowest up.</summary>
    public struct Enumerator(PageBitmap set)
    {
        private int _word = -1;
        private ulong _rest;

        public int Current { get; private set; }

        public bool MoveNext()
        {
            if (_rest == 0)
            {
                _word = set.NextWord(_word + 1);
                if (_word >= set._words.Length) return false;
                _rest = set._words[_word];
            }

            Current = (_word * PagesPerWord) + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
