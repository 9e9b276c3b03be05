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

    private readonly WeakTable<T>[] _parts = new WeakTable<T>[PartCount];

    public WeakSet()
    {
        for (int i = 0; i < PartCount; i++) _parts[i] = new WeakTable<T>();
    }

    /// <summary>How many objects are shared, those counted in that nobody holds any more and no sweep has found: for tests.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (WeakTable<T> part in _parts)
                lock (part) count += part.Count;
            return count;
        }
    }

    /// <summary>The object with a candidate's content: the one there is, or a new one.</summary>
    public T GetOrAdd<TCandidate>(scoped in TCandidate candidate)
        where TCandidate : struct, ICandidate<T>, allows ref struct
    {
        ulong hash = candidate.Hash;
        WeakTable<T> part = _parts[hash % PartCount];
        lock (part) return part.GetOrAdd(hash / PartCount, in candidate);
    }
}
