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

    /// <summary>Whether a part of it may show pages of a file, which discarding would bring back.</summary>
    private volatile bool _showsFile;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        _arena.Release(_offset, _length, _showsFile);
        return true;
    }

    /// <summary>Shows pages of a file in a part.</summary>
    /// <exception cref="MachineException">The system refused; the extent can only be released.</exception>
    public void Show(ulong offset, ulong length, SharedPageFile file, ulong fileOffset)
    {
        _showsFile = true;
        _arena.Show(_offset + offset, length, file, fileOffset);
    }
}
