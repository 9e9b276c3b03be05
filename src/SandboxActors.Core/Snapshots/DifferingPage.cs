namespace SandboxActors.Core.Snapshots;

/// <summary>A page that is kept as what differs from another.</summary>
internal sealed class DifferingPage(WholePage from, byte[] delta) : Page
{
    private readonly WholePage _from = from;
    private readonly byte[] _delta = delta;

    public override int StoredBytes => _delta.Length;

    private protected override WholePage? Root => _from;

    public override bool Holds(ReadOnlySpan<byte> bytes) => PageDelta.Matches(_from.Content.Span, _delta, bytes);

    public override void CopyTo(Span<byte> target)
    {
        _from.CopyTo(target);
        PageDelta.Apply(target, _delta);
    }

    // Of like sandboxes most pages differ from the same one, in few words, and the rest of the page need not be touched.
    public override void CopyOver(Span<byte> target, Page held)
    {
        if (held is DifferingPage other && other._from == _from) PageDelta.Revert(target, other._delta, _from.Content.Span);
        else if (held != _from) _from.CopyTo(target);
        PageDelta.Apply(target, _delta);
    }
}
