using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// What a vCPU held, in little room: its extended state, some kilobytes of which most are zero in most guests, is kept as pages are. Immutable.
/// </summary>
internal sealed class KeptRegisters
{
    private readonly VcpuState _others;
    private readonly Page[] _extended;
    private readonly int _length;

    public KeptRegisters(VcpuState state)
    {
        ReadOnlySpan<byte> image = state.ExtendedState.AsSpan();
        _others = state with { ExtendedState = [] };
        _length = image.Length;
        _extended = new Page[(_length + GuestAddress.PageSize - 1) / GuestAddress.PageSize];
        Span<byte> page = stackalloc byte[GuestAddress.PageSize];
        for (int i = 0; i < _extended.Length; i++)
        {
            ReadOnlySpan<byte> part = image[(i * GuestAddress.PageSize)..];
            part = part[..Math.Min(part.Length, GuestAddress.PageSize)];
            part.CopyTo(page);
            page[part.Length..].Clear();
            _extended[i] = Page.Of(page);
        }
    }

    /// <summary>Makes what it was again.</summary>
    public VcpuState ToState()
    {
        var image = new byte[_extended.Length * GuestAddress.PageSize];
        for (int i = 0; i < _extended.Length; i++) _extended[i].CopyTo(image.AsSpan(i * GuestAddress.PageSize, GuestAddress.PageSize));
        if (image.Length != _length) Array.Resize(ref image, _length);
        return _others with { ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image) };
    }
}
