using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>OCI's documents as JSON. What we do not know is passed over, as the specification asks; what we need must be there, once.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true,
    NewLine = "\n")]
[JsonSerializable(typeof(OciLayout))]
[JsonSerializable(typeof(OciIndex))]
[JsonSerializable(typeof(OciManifest))]
[JsonSerializable(typeof(VersionDocument))]
internal sealed partial class OciJson : JsonSerializerContext
{
    /// <summary>The one to use: with it the plus signs of media types stay what they are.</summary>
    public static OciJson Plain => Relaxed.Instance;

    private static class Relaxed
    {
        public static readonly OciJson Instance = new(
            new JsonSerializerOptions(Default.GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
