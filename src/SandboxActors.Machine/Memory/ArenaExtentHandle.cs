using System.Runtime.InteropServices;

namespace SandboxActors.Machine;

/// <summary>An extent of an arena that is in use; its release gives it back.</summary>
internal sealed class ArenaExtentHandle : SafeHandle
{
    private readonly GuestMemoryArena _arena;
    private readonly ulong _offset;
    private readonly ulong _length;

    public ArenaExtentHandle(GuestMemoryArena arena, nint address, ulong offset, ulong length)
        : base(0, ownsHandle: true)
    {
        _arena = arena;
        _offset = offset;
        _length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _arena.Release(_offset, _length);
        return true;
    }
}
