using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// What a vCPU held, in little room: its extended state, some kilobytes of which most are zero in most guests, is kept as a page is, and what guests cannot
/// change is one object for many. Immutable.
/// </summary>
internal sealed class KeptRegisters
{
    private readonly GeneralRegisters _general;
    private readonly VcpuState _others;
    private readonly Page _extended;
    private readonly int _length;

    /// <summary>Keeps a state.</summary>
    /// <param name="state">The state; its extended state has at most a page.</param>
    /// <param name="common">What many have in common but for general registers and extended state: taken if it is the same, and else set.</param>
    public KeptRegisters(VcpuState state, ref VcpuState? common)
    {
        VcpuState others = state with { General = default, ExtendedState = [] };
        if (!others.Equals(common)) common = others;
        _others = common;
        _general = state.General;
        _length = state.ExtendedState.Length;
        Span<byte> page = stackalloc byte[GuestAddress.PageSize];
        state.ExtendedState.AsSpan().CopyTo(page);
        page[_length..].Clear();
        _extended = Page.Of(page);
    }

    /// <summary>Makes what it was again.</summary>
    public VcpuState ToState()
    {
        (Page?, ImmutableArray<byte>) none = default;
        return ToState(ref none);
    }

    /// <summary>Makes what it was again.</summary>
    /// <param name="latest">The extended state that was made last: taken if it is the same, as it is of most sandboxes of a guest, and else set.</param>
    public VcpuState ToState(ref (Page? Kept, ImmutableArray<byte> Image) latest)
    {
        if (latest.Kept != _extended || latest.Image.Length != _length) latest = (_extended, MakeImage());
        return _others with { General = _general, ExtendedState = latest.Image };
    }

    private ImmutableArray<byte> MakeImage()
    {
        var image = new byte[GuestAddress.PageSize];
        _extended.CopyTo(image);
        if (_length != image.Length) Array.Resize(ref image, _length);
        return ImmutableCollectionsMarshal.AsImmutableArray(image);
    }
}
