using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>The XSAVE area of a vCPU, in the standard format.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_xsave
{
    public fixed uint region[1024];
}
