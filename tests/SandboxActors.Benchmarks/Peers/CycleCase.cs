using System.Globalization;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>So many pages are written, of a memory of that size.</summary>
/// <param name="SizeName">Of the memory, in the figures' names.</param>
/// <param name="Size">Of the memory, in bytes.</param>
/// <param name="Pages">How many are written.</param>
/// <param name="Shape">Which.</param>
internal sealed record CycleCase(string SizeName, int Size, int Pages, CycleShape Shape)
{
    private static readonly int[] Counts = [1, 16, 64, 256, 1024];

    public static IReadOnlyList<CycleCase> All { get; } =
    [
        .. Of("256kib", 256 << 10, CycleShape.Spread),
        .. Of("1mib", 1 << 20, CycleShape.Spread),
        .. Of("64mib", 64 << 20, CycleShape.Spread),
        .. Of("64mib", 64 << 20, CycleShape.Cold),
        .. Of("64mib", 64 << 20, CycleShape.Packed),
    ];

    /// <summary>From one page that is written to the next.</summary>
    public int Apart => Shape == CycleShape.Packed ? 1 : Size / WasmModule.PageSize / Pages;

    /// <summary>The sum of the numbers of the pages that are written, from one up.</summary>
    public long Sum => Enumerable.Range(0, Pages).Sum(page => ((long)page * Apart) + 1);

    /// <summary>The least memory from its start that has all that is written, in bytes.</summary>
    public int Reach => Shape == CycleShape.Packed ? Pages * WasmModule.PageSize : Size;

    public string Name => string.Create(CultureInfo.InvariantCulture, $"cycle_{Prefix}{SizeName}_{Pages}");

    public string Title => (Size < 1 << 20 ? $"{Size >> 10} KiB" : $"{Size >> 20} MiB") + Shape switch
    {
        CycleShape.Packed => ", its first pages",
        CycleShape.Cold => ", pages all over it, none in a cache",
        _ => ", pages all over it",
    };

    private string Prefix => Shape switch { CycleShape.Packed => "packed_", CycleShape.Cold => "cold_", _ => "" };

    private static IEnumerable<CycleCase> Of(string name, int size, CycleShape shape) =>
        Counts.Where(count => count * WasmModule.PageSize <= size).Select(count => new CycleCase(name, size, count, shape));
}
