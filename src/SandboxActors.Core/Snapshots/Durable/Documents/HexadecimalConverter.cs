using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>Addresses and registers as text (<c>"0x400000"</c>): 64 bits are more than a JSON number keeps in many programs.</summary>
internal sealed class HexadecimalConverter : JsonConverter<ulong>
{
    private const string Prefix = "0x";

    public override ulong Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } text
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && ulong.TryParse(text.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong value)
            ? value
            : throw new JsonException("A 64-bit number is written like \"0x1f\".");

    public override void Write(Utf8JsonWriter writer, ulong value, JsonSerializerOptions options) =>
        writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{value:x}"));
}
