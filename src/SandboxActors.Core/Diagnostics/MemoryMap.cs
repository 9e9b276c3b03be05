using System.Collections.Immutable;
using SandboxActors.Core.Image;
using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>The parts of a guest's memory by name, guard pages and mapped regions among them: as they were at one moment.</summary>
/// <param name="image">The guest.</param>
/// <param name="layout">Where its parts lie.</param>
/// <param name="regions">What is mapped beside them. Not the memory itself, which a map must not keep from being unmapped.</param>
internal sealed class MemoryMap(GuestImage image, SandboxLayout layout, ImmutableArray<(GuestRange Range, MemoryAccess Access)> regions)
{
    private readonly Lazy<ImmutableArray<MemoryPlace>> _places = new(() => [.. Places(image, layout, regions)]);

    public GuestImage Image => image;

    public SandboxLayout Layout => layout;

    /// <summary>All that has a name and bounds, guard pages last.</summary>
    public ImmutableArray<MemoryPlace> All => _places.Value;

    /// <summary>What an address belongs to.</summary>
    public MemoryPlace PlaceOf(GuestAddress address)
    {
        foreach (MemoryPlace place in All)
            if (place.Range!.Value.Contains(address)) return place;
        if (address.Value < GuestAddress.PageSize) return new MemoryPlace("null page", null, MemoryAccess.None);
        return new MemoryPlace(address >= GuestAddressSpace.End ? "outside the guest's memory" : "unmapped memory", null, MemoryAccess.None);
    }

    /// <summary>Whether the guest can run what stands at an address.</summary>
    public bool IsCode(GuestAddress address) => PlaceOf(address).Access.HasFlag(MemoryAccess.Execute);

    private static IEnumerable<MemoryPlace> Places(
        GuestImage image, SandboxLayout layout, ImmutableArray<(GuestRange Range, MemoryAccess Access)> regions)
    {
        foreach (ImageSegment segment in image.Segments) yield return new MemoryPlace(NameOf(segment.Access), segment.Pages, segment.Access);
        Dictionary<GuestRange, string> names = new()
        {
            [layout.Boot] = "boot information",
            [layout.Input] = "input buffer",
            [layout.Calls] = "buffer of calls",
            [layout.Output] = "output buffer",
            [layout.Answers] = "buffer of answers",
            [layout.Heap] = "heap",
            [layout.Stack] = "stack",
        };
        foreach ((GuestRange range, MemoryAccess access) in layout.Parts()) yield return new MemoryPlace(names[range], range, access);
        foreach ((GuestRange range, MemoryAccess access) in regions) yield return new MemoryPlace("mapped region", range, access);

        yield return Guard("stack guard", layout.StackGuard);
        yield return Guard("guard above stack", new GuestRange(layout.Stack.End, SandboxLayout.GuardSize));
        yield return GuardBelow(NameOf(image.Segments[0].Access), layout.Image);
        foreach ((GuestRange range, string name) in names)
            if (range != layout.Stack) yield return GuardBelow(name, range);
    }

    private static MemoryPlace GuardBelow(string name, GuestRange range) =>
        Guard($"guard below {name}", new GuestRange(range.Start - SandboxLayout.GuardSize, SandboxLayout.GuardSize));

    private static MemoryPlace Guard(string name, GuestRange range) => new(name, range, MemoryAccess.Guard);

    private static string NameOf(MemoryAccess access) =>
        access.HasFlag(MemoryAccess.Execute) ? "code" : access.HasFlag(MemoryAccess.Write) ? "data" : "constants";
}
