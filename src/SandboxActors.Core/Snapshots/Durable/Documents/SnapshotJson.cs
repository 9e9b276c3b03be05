using System.Text.Json;
using System.Text.Json.Serialization;

namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>Our own document as JSON: nothing may be missing, unknown, null or there twice.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    WriteIndented = true,
    NewLine = "\n",
    Converters = [typeof(HexadecimalConverter)])]
[JsonSerializable(typeof(SnapshotDocument))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
