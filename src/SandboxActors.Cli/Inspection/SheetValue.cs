using System.Globalization;
using System.Text.Json.Nodes;

namespace SandboxActors.Cli.Inspection;

/// <summary>Something that is shown: as people and as machines read it.</summary>
/// <param name="Text">For people; may be a file's own words.</param>
/// <param name="Json">For machines.</param>
internal sealed record SheetValue(string Text, JsonNode Json)
{
    /// <summary>Text.</summary>
    public static implicit operator SheetValue(string text) => new(text, JsonValue.Create(text));

    /// <summary>A number.</summary>
    public static implicit operator SheetValue(long number) => new(number.ToString(CultureInfo.InvariantCulture), JsonValue.Create(number));

    /// <summary>A number of bytes.</summary>
    public static SheetValue Bytes(long bytes) => new(Quantities.Size(bytes), JsonValue.Create(bytes));
}
