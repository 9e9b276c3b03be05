using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// What a vCPU held. Of a sandbox that is parked it can be packed: then its extended state, some kilobytes of which most are zero in most guests, is kept as
/// pages are. Immutable to whoever looks; safe for use from any thread.
/// </summary>
internal sealed class KeptRegisters(VcpuState state)
{
    // One of both at least. Whoever finds no state unpacks it; who does so at the same time makes an equal one.
    private volatile VcpuState? _state = state;
    private volatile Packed? _packed;

    public VcpuState State => _state ??= _packed!.Unpack();

    /// <summary>Whether it has been packed before, and so may be again.</summary>
    public bool WasPacked => _packed is not null;

    /// <summary>Keeps it in little room until it is looked at.</summary>
    public void Pack()
    {
        if (_state is not { } state) return;
        _packed ??= new Packed(state);
        _state = null;
    }

    private sealed class Packed
    {
        private readonly VcpuState _others;
        private readonly Page[] _extended;
        private readonly int _length;

        public Packed(VcpuState state)
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

        public VcpuState Unpack()
        {
            var image = new byte[_extended.Length * GuestAddress.PageSize];
            for (int i = 0; i < _extended.Length; i++) _extended[i].CopyTo(image.AsSpan(i * GuestAddress.PageSize, GuestAddress.PageSize));
            if (image.Length != _length) Array.Resize(ref image, _length);
            return _others with { ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image) };
        }
    }
}
