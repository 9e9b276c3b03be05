namespace SandboxActors.Cli.Inspection;

/// <summary>A list in a <see cref="Sheet"/>.</summary>
/// <param name="Key">What machines know it by.</param>
/// <param name="Title">What it lists.</param>
/// <param name="Columns">What there is of each.</param>
/// <param name="Rows">Each, column by column.</param>
internal sealed record SheetList(string Key, string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<SheetValue>> Rows);
