using System.Collections.Concurrent;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// For each page of a guest one that some sandbox of it had there: the pages of others that hold much, but differ from it in little (a random number, a name),
/// are kept as what differs. As long as anybody holds it. Safe for use from any thread.
/// </summary>
internal sealed class Likenesses
{
    private readonly ConcurrentDictionary<int, WeakReference<Page>> _byNumber = new();

    /// <summary>The one for a page, if there is one.</summary>
    public Page? Find(int number) => _byNumber.TryGetValue(number, out WeakReference<Page>? reference) && reference.TryGetTarget(out Page? page) ? page : null;

    /// <summary>Makes a page the one that others are compared with.</summary>
    /// <param name="number">Which page it is.</param>
    /// <param name="page">One that is kept whole.</param>
    public void Offer(int number, Page page) => _byNumber[number] = new WeakReference<Page>(page);
}
