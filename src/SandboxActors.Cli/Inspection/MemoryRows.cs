using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Cli.Inspection;

/// <summary>Ranges of a guest's memory, as rows of a list.</summary>
internal static class MemoryRows
{
    /// <summary>What there is of each.</summary>
    public static IReadOnlyList<string> Columns { get; } = ["part", "start", "size", "access"];

    /// <summary>One.</summary>
    public static IReadOnlyList<SheetValue> Row(string part, GuestRange range, MemoryAccess access) =>
        [part, range.Start.ToString(), SheetValue.Bytes((long)range.Length), Access(access)];

    /// <summary>What lies behind the image.</summary>
    public static IReadOnlyList<IReadOnlyList<SheetValue>> Of(SandboxLayout layout) =>
    [
        Row("boot information", layout.Boot, MemoryAccess.Read),
        Row("input", layout.Input, MemoryAccess.Read),
        Row("calls", layout.Calls, MemoryAccess.Read),
        Row("output", layout.Output, MemoryAccess.Read | MemoryAccess.Write),
        Row("answers", layout.Answers, MemoryAccess.Read | MemoryAccess.Write),
        Row("heap", layout.Heap, MemoryAccess.Read | MemoryAccess.Write),
        Row("stack", layout.Stack, MemoryAccess.Read | MemoryAccess.Write),
    ];

    /// <summary>What a guest may do, as a linker writes it.</summary>
    public static string Access(MemoryAccess access) =>
        $"r{(access.HasFlag(MemoryAccess.Write) ? 'w' : '-')}{(access.HasFlag(MemoryAccess.Execute) ? 'x' : '-')}";
}
