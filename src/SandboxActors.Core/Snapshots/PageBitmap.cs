using System.Numerics;

namespace SandboxActors.Core.Snapshots;

/// <summary>A set of page numbers, kept as the kernel reports them: one bit a page, lowest first, in 64-bit words.</summary>
internal sealed class PageBitmap(ulong pages)
{
    private readonly ulong[] _words = new ulong[checked((int)((pages + 63) / 64))];

    public Span<ulong> Words => _words;

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

            Current = (_index * 64) + BitOperations.TrailingZeroCount(_rest);
            _rest &= _rest - 1;
            return true;
        }
    }
}
