namespace SandboxActors.Kvm;

/// <summary>The descriptor of <c>/dev/kvm</c>.</summary>
internal sealed class KvmSystemHandle(int descriptor) : FileDescriptorHandle(descriptor);
