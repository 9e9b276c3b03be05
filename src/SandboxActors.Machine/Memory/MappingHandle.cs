using System.Runtime.InteropServices;
using SandboxActors.Machine.Native;

namespace SandboxActors.Machine;

/// <summary>A mapping made with <c>mmap</c>; its release unmaps it.</summary>
internal sealed class MappingHandle : SafeHandle
{
    private readonly nuint _length;

    public MappingHandle(nint address, nuint length)
        : base(0, ownsHandle: true)
    {
        _length = length;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle() => LibC.munmap(handle, _length) == 0;
}
