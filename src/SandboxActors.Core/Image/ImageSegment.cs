using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>One loadable segment: its pages, what the guest may do with them, and what stands in them at first.</summary>
/// <param name="Pages">Whole pages.</param>
/// <param name="Access">Read, read+write or read+execute.</param>
/// <param name="Content">What the file gives, from the first page's first byte; everything behind is zero. At most as long as the pages.</param>
internal sealed record ImageSegment(GuestRange Pages, MemoryAccess Access, ReadOnlyMemory<byte> Content);
