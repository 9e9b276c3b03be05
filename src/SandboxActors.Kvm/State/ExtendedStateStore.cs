using System.Collections.Immutable;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The extended states of a hypervisor's machines: one object for equal images, and whether KVM has given or taken an image, so that it is known to be valid in any of
/// its machines, which all have the same processor. Safe for use from any thread.
/// </summary>
internal sealed class ExtendedStateStore
{
    // Guests that do like work are left with like registers; one that makes up others each time shall not fill the memory.
    private const int Places = 256;

    private readonly ConditionalWeakTable<byte[], object> _accepted = [];
    private readonly WeakReference<byte[]>?[] _shared = new WeakReference<byte[]>?[Places];

    /// <summary>The image that is shared for a content that KVM gave: what it gives it takes. The given one if it is the first of its kind.</summary>
    /// <param name="image">An image that nobody changes any more.</param>
    public ImmutableArray<byte> Share(byte[] image)
    {
        ref WeakReference<byte[]>? place = ref _shared[XxHash3.HashToUInt64(image) % Places];
        if (Volatile.Read(ref place) is { } reference && reference.TryGetTarget(out byte[]? present) && present.AsSpan().SequenceEqual(image))
            return ImmutableCollectionsMarshal.AsImmutableArray(present);

        // Two at the same time may both take the place: then the same content is there twice for a while, and nothing is wrong but that.
        Volatile.Write(ref place, new WeakReference<byte[]>(image));
        ImmutableArray<byte> shared = ImmutableCollectionsMarshal.AsImmutableArray(image);
        Accept(shared);
        return shared;
    }

    /// <summary>Whether KVM has given or taken this very image before.</summary>
    public bool IsAccepted(ImmutableArray<byte> image) => _accepted.TryGetValue(ImmutableCollectionsMarshal.AsArray(image)!, out _);

    /// <summary>Notes that KVM has taken an image.</summary>
    public void Accept(ImmutableArray<byte> image) => _accepted.AddOrUpdate(ImmutableCollectionsMarshal.AsArray(image)!, string.Empty);
}
