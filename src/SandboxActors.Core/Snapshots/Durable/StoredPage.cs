namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// A page of a snapshot that was loaded. It is verified whenever it is read; one that is needed a second time is kept in memory from then on, as the
/// pages of any snapshot are.
/// </summary>
/// <param name="pages">Where it is.</param>
/// <param name="place">Which of them it is.</param>
internal sealed class StoredPage(StoredPages pages, int place) : Page
{
    private volatile Page? _inMemory;
    private bool _wasRead;

    // Of those that are in memory; the rest stays where it is.
    public override int StoredBytes => _inMemory?.StoredBytes ?? 0;

    private protected override WholePage? Root => null;

    public override bool Holds(ReadOnlySpan<byte> bytes) =>
        // Pages of zeros are not saved, and a new guest's memory is nothing but them: no digest is needed to tell.
        _inMemory is { } known ? known.Holds(bytes) : bytes.ContainsAnyExcept((byte)0) && pages.IsContent(place, bytes);

    public override void CopyTo(Span<byte> target)
    {
        if (_inMemory is { } known)
        {
            known.CopyTo(target);
            return;
        }

        pages.Read(place, target);
        if (_wasRead) _inMemory = Of(target);
        _wasRead = true;
    }

    public override void Fetch()
    {
        if (_inMemory is not null) return;
        Span<byte> content = stackalloc byte[Machine.GuestAddress.PageSize];
        pages.Read(place, content);
        _inMemory = Of(content);
    }
}
