using System.Globalization;
using System.Text.Json.Nodes;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>A guest's value, for people and for machines.</summary>
internal static class ValueText
{
    private const int MostBytes = 1024;

    /// <summary>On one line and without control characters: text escaped, bytes in hexadecimal, the first <c>1024</c> of them.</summary>
    public static string Of(GuestValue value) => value.Type switch
    {
        GuestValueType.String => Terminal.Shown(value.AsString()),
        GuestValueType.Bytes when value.AsBytes().Length > MostBytes => string.Create(
            CultureInfo.InvariantCulture, $"hex:{Convert.ToHexStringLower(value.AsBytes().AsSpan(0, MostBytes))}... ({value.AsBytes().Length} bytes)"),
        GuestValueType.Bytes => $"hex:{Convert.ToHexStringLower(value.AsBytes())}",
        GuestValueType.Boolean => value.AsBoolean() ? "true" : "false",
        _ => value.ToString(),
    };

    /// <summary>Type and value, all of it. Numbers that JSON does not have, and bytes, are text.</summary>
    public static JsonNode Json(GuestValue value) => new JsonObject { ["type"] = GuestTypes.NameOf(value.Type), ["value"] = Value(value) };

    private static JsonNode? Value(GuestValue value) => value.Type switch
    {
        GuestValueType.Void => null,
        GuestValueType.Int32 => value.AsInt32(),
        GuestValueType.UInt32 => value.AsUInt32(),
        GuestValueType.Int64 => value.AsInt64(),
        GuestValueType.UInt64 => value.AsUInt64(),
        GuestValueType.Single when float.IsFinite(value.AsSingle()) => value.AsSingle(),
        GuestValueType.Double when double.IsFinite(value.AsDouble()) => value.AsDouble(),
        GuestValueType.Boolean => value.AsBoolean(),
        GuestValueType.Bytes => Convert.ToHexStringLower(value.AsBytes()),
        _ => value.ToString(),
    };
}
