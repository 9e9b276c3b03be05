using System.Runtime.InteropServices;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// A hash table that does not keep its objects alive, in sixteen bytes an entry and a handle: there are some ten for each sandbox that there is. Places are
/// tried one after the other from where the hash says. Under its owner's lock.
/// </summary>
/// <typeparam name="T">What is in it.</typeparam>
internal sealed class WeakTable<T>
    where T : class
{
    private const int SmallestSize = 64;
    private const ulong Unused = 0;

    private ulong[] _hashes = new ulong[SmallestSize];
    private WeakGCHandle<T>[] _handles = new WeakGCHandle<T>[SmallestSize];

    ~WeakTable()
    {
        for (int place = 0; place < _hashes.Length; place++)
            if (_hashes[place] != Unused) _handles[place].Dispose();
    }

    /// <summary>Entries, those counted in whose object is gone.</summary>
    public int Count { get; private set; }

    /// <summary>The object with a candidate's content: the one there is, or a new one.</summary>
    public T GetOrAdd<TCandidate>(ulong hash, scoped in TCandidate candidate)
        where TCandidate : struct, ICandidate<T>, allows ref struct
    {
        if (hash == Unused) hash = ~Unused;
        int place = FindPlace(hash);
        if (_hashes[place] == Unused)
        {
            T added = candidate.Create();
            if (Count >= _hashes.Length / 4 * 3)
            {
                Sweep();
                place = FindPlace(hash);
            }

            Add(place, hash, new WeakGCHandle<T>(added));
            return added;
        }

        if (!_handles[place].TryGetTarget(out T? existing))
        {
            existing = candidate.Create();
            _handles[place].SetTarget(existing);
            return existing;
        }

        // Another content of the same hash is not shared at all: it costs memory, and a list of them would serve only whoever makes them up.
        return candidate.Matches(existing) ? existing : candidate.Create();
    }

    private int FindPlace(ulong hash)
    {
        int mask = _hashes.Length - 1;
        int place = (int)hash & mask;
        while (_hashes[place] != Unused && _hashes[place] != hash) place = (place + 1) & mask;
        return place;
    }

    private void Add(int place, ulong hash, WeakGCHandle<T> handle)
    {
        _hashes[place] = hash;
        _handles[place] = handle;
        Count++;
    }

    // Leaves out what nobody holds any more. At most half full afterwards, so the next sweep comes when a quarter of the places has been used up since: a
    // constant cost for each object that is added.
    private void Sweep()
    {
        (ulong[] hashes, WeakGCHandle<T>[] handles) = (_hashes, _handles);
        int alive = 0;
        for (int place = 0; place < hashes.Length; place++)
            if (hashes[place] != Unused && handles[place].TryGetTarget(out _)) alive++;
        int size = SmallestSize;
        while (size < alive * 2) size *= 2;
        (_hashes, _handles, Count) = (new ulong[size], new WeakGCHandle<T>[size], 0);
        for (int place = 0; place < hashes.Length; place++)
        {
            if (hashes[place] == Unused) continue;
            if (handles[place].TryGetTarget(out _)) Add(FindPlace(hashes[place]), hashes[place], handles[place]);
            else handles[place].Dispose();
        }
    }
}
