using System.Text.RegularExpressions;

namespace SandboxActors.Wire.Tests.Support;

/// <summary>The .fbs files, parsed as far as ours go: enums with numbers, unions, tables of fields.</summary>
internal sealed partial class Schema
{
    private Schema(string text)
    {
        text = Comment().Replace(text, "");
        foreach (Match match in Enumeration().Matches(text))
        {
            Enums[match.Groups["name"].Value] = Items(match).Select(item => item.Split('=', StringSplitOptions.TrimEntries)).ToDictionary(
                pair => pair[0], pair => int.Parse(pair[1], System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (Match match in Union().Matches(text)) Unions[match.Groups["name"].Value] = Items(match);
        foreach (Match match in Table().Matches(text))
        {
            Tables[match.Groups["name"].Value] =
            [
                .. Field().Matches(match.Groups["body"].Value).Select(
                    field => new SchemaField(field.Groups["name"].Value, field.Groups["type"].Value, field.Groups["required"].Success)),
            ];
        }
    }

    public static Schema All { get; } = new(string.Concat(Resource.Names("schema/").Select(Resource.Text)));

    public Dictionary<string, Dictionary<string, int>> Enums { get; } = [];

    public Dictionary<string, string[]> Unions { get; } = [];

    public Dictionary<string, SchemaField[]> Tables { get; } = [];

    /// <summary>The slots of a table's fields, as the constants name them: a union takes two.</summary>
    public Dictionary<string, int> Slots(string table)
    {
        var slots = new Dictionary<string, int>();
        foreach (SchemaField field in Tables[table])
        {
            string name = string.Concat(field.Name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            if (Unions.ContainsKey(field.Type)) slots.Add(name + "Tag", slots.Count);
            slots.Add(name, slots.Count);
        }

        slots.Add("Count", slots.Count);
        return slots;
    }

    private static string[] Items(Match match) =>
        match.Groups["body"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\benum\s+(?<name>\w+)\s*:\s*ubyte\s*\{(?<body>[^}]*)\}")]
    private static partial Regex Enumeration();

    [GeneratedRegex(@"\bunion\s+(?<name>\w+)\s*\{(?<body>[^}]*)\}")]
    private static partial Regex Union();

    [GeneratedRegex(@"\btable\s+(?<name>\w+)\s*\{(?<body>[^}]*)\}")]
    private static partial Regex Table();

    [GeneratedRegex(@"(?<name>\w+)\s*:\s*(?<type>[\w\[\]]+)\s*(?<required>\(required\))?\s*;")]
    private static partial Regex Field();
}
