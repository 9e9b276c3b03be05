using SandboxActors.Cli.Running;
using SandboxActors.Core;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Image;
using SandboxActors.Core.Layout;

namespace SandboxActors.Cli.Inspection;

/// <summary>What is in a guest file.</summary>
internal static class GuestSheet
{
    /// <summary>Reads it.</summary>
    /// <exception cref="GuestImageException">It cannot be used.</exception>
    public static Sheet Of(string path)
    {
        GuestImage image = GuestImage.FromFile(path);
        SandboxLayout layout = SandboxLayout.For(image, SandboxOptions.Default);
        SheetValue symbols = image.Symbols.Problem is { } problem ? new SheetValue($"none: {problem}", 0) : image.Symbols.Count;
        SheetValue functions = image.Functions.Count == 0 ? new SheetValue("none: the file does not say", 0) : image.Functions.Count;
        return new Sheet(
            [
                ("guest", "guest", image.Name),
                ("fileBytes", "file", SheetValue.Bytes(new FileInfo(path).Length)),
                ("entry", "entry", Entry(image)),
                ("hostGuestAbi", "guest ABI of this host", $"version {GuestAbi.Version}"),
                ("imageBytes", "image in memory", SheetValue.Bytes((long)image.Pages.Length)),
                ("sharedBytes", "shared by all its sandboxes", SheetValue.Bytes((long)image.Shared.Pages.Length)),
                ("sandboxBytes", "a sandbox's own, by default", SheetValue.Bytes((long)layout.Memory.Length)),
                ("heapBytes", "of that heap", SheetValue.Bytes((long)layout.Heap.Length)),
                ("stackBytes", "of that stack", SheetValue.Bytes((long)layout.Stack.Length)),
                ("symbolCount", "symbols", symbols),
                ("functionCount", "functions listed", functions),
            ],
            [
                new SheetList("segments", "segments", MemoryRows.Columns, [.. Segments(image)]),
                new SheetList("functions", "functions", ["function", "parameters", "result"], [.. image.Functions.Select(Row)]),
            ]);
    }

    /// <summary>A guest's segments, as rows.</summary>
    public static IEnumerable<IReadOnlyList<SheetValue>> Segments(GuestImage image) =>
        image.Segments.Select(static (ImageSegment segment, int number) => MemoryRows.Row($"segment {number}", segment.Pages, segment.Access));

    /// <summary>Where a guest starts, with the name of that place.</summary>
    public static string Entry(GuestImage image) => image.SymbolAt(image.Entry) is { } symbol ? $"{image.Entry} ({symbol.Name})" : image.Entry.ToString();

    private static IReadOnlyList<SheetValue> Row(GuestFunctionSignature function) =>
        [function.Name, string.Join(", ", function.Parameters.Select(GuestTypes.NameOf)), GuestTypes.NameOf(function.Result)];
}
