using System.Runtime.InteropServices;

namespace SandboxActors.Kvm.Native;

/// <summary>Whether a vCPU may run.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct kvm_mp_state
{
    public uint mp_state;
}
