using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>What KVM says of itself: for people.</summary>
/// <param name="ApiVersion">The version of its interface.</param>
/// <param name="RequiredExtensions">How many extensions are needed; it has them all.</param>
/// <param name="MemorySlots">Memory slots that a VM can have.</param>
/// <param name="HasManualDirtyLog">Whether the dirty log can be read without protecting pages again.</param>
internal sealed record KvmDescription(int ApiVersion, int RequiredExtensions, int MemorySlots, bool HasManualDirtyLog)
{
    /// <summary>Asks it.</summary>
    /// <exception cref="KvmUnavailableException">It is missing, not allowed, no KVM at all, or lacks something that is needed.</exception>
    /// <exception cref="Machine.MachineException">The kernel refused to say.</exception>
    public static KvmDescription Read()
    {
        using var system = KvmSystem.Open();
        KvmFeatures features = system.ReadFeatures();
        return new KvmDescription(
            KvmConstants.KVM_API_VERSION, KvmSystem.RequiredExtensions.Count, features.MemorySlotCount, features.HasManualDirtyLog);
    }
}
