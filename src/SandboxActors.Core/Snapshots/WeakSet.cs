using System.Runtime.InteropServices;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// One object for equal contents, for the whole process and as long as anybody holds it. Contents are compared before an object is shared: equal hashes
/// alone share nothing. Safe for use from any thread.
/// </summary>
/// <typeparam name="T">What is shared; immutable.</typeparam>
internal sealed class WeakSet<T>
    where T : class
{
    // So many that threads seldom meet, and few enough to cost nothing.
    private const int PartCount = 64;
    private const int FirstSweep = 1024;

    private readonly Part[] _parts = new Part[PartCount];

    public WeakSet()
    {
        for (int i = 0; i < PartCount; i++) _parts[i] = new Part();
    }

    /// <summary>How many objects are shared, those counted in that nobody holds any more and no sweep has found: for tests.</summary>
    public int Count => _parts.Sum(static part => part.Count);

    /// <summary>The object with a candidate's content: the one there is, or a new one.</summary>
    public T GetOrAdd<TCandidate>(scoped in TCandidate candidate)
        where TCandidate : struct, ICandidate<T>, allows ref struct
    {
        ulong hash = candidate.Hash;
        return _parts[hash % PartCount].GetOrAdd(hash, in candidate);
    }

    private sealed class Part
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<ulong, WeakReference<T>> _byHash = [];
        private int _sweepAt = FirstSweep;

        public int Count
        {
            get
            {
                lock (_lock) return _byHash.Count;
            }
        }

        public T GetOrAdd<TCandidate>(ulong hash, scoped in TCandidate candidate)
            where TCandidate : struct, ICandidate<T>, allows ref struct
        {
            lock (_lock)
            {
                ref WeakReference<T>? entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_byHash, hash, out _);
                if (entry is null)
                {
                    T added = candidate.Create();
                    entry = new WeakReference<T>(added);
                    if (_byHash.Count >= _sweepAt) Sweep();
                    return added;
                }

                if (!entry.TryGetTarget(out T? existing))
                {
                    existing = candidate.Create();
                    entry.SetTarget(existing);
                    return existing;
                }

                // Another content of the same hash is not shared at all: it costs memory, and a list of them would serve only whoever makes them up.
                return candidate.Matches(existing) ? existing : candidate.Create();
            }
        }

        // Each sweep looks at all, and the next comes when there are twice as many: a constant cost for each object that is added.
        private void Sweep()
        {
            foreach ((ulong hash, WeakReference<T> entry) in _byHash)
                if (!entry.TryGetTarget(out _)) _byHash.Remove(hash);
            _sweepAt = Math.Max(FirstSweep, _byHash.Count * 2);
        }
    }
}
