using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>A memory slot in use.</summary>
/// <param name="Range">Where it lies.</param>
/// <param name="Memory">What backs it.</param>
/// <param name="WrittenPages">
/// For a tracked slot of a KVM whose dirty log forgets when it is read: one bit a page, what was read so far. Otherwise null.
/// </param>
/// <param name="IsTracked">Whether the guest's writes are tracked; otherwise the guest cannot write at all.</param>
internal sealed record MappedSlot(GuestRange Range, HostMemory Memory, bool IsTracked, ulong[]? WrittenPages);
