using Microsoft.Win32.SafeHandles;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>A file descriptor that is closed when its last user lets go.</summary>
internal abstract class FileDescriptorHandle : SafeHandleMinusOneIsInvalid
{
    protected FileDescriptorHandle(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    protected override bool ReleaseHandle() => LibC.close(handle) == 0;
}
