using System.Text.Json.Serialization;

namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>The file <c>oci-layout</c> (OCI image specification 1.1, image-layout.md).</summary>
internal sealed record OciLayout(string ImageLayoutVersion)
{
    /// <summary>The one version there is.</summary>
    public const string Version = "1.0.0";
}

/// <summary>What a document says of a blob (descriptor.md).</summary>
internal sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    public string? ArtifactType { get; init; }
}

/// <summary>The file <c>index.json</c> (image-index.md).</summary>
internal sealed record OciIndex([property: JsonPropertyOrder(-2)] int SchemaVersion, OciDescriptor[] Manifests)
{
    /// <summary>The version of this and of <see cref="OciManifest"/>.</summary>
    public const int Schema = 2;

    [JsonPropertyOrder(-1)]
    public string? MediaType { get; init; }
}

/// <summary>What an image consists of (manifest.md).</summary>
internal sealed record OciManifest([property: JsonPropertyOrder(-2)] int SchemaVersion, OciDescriptor Config, OciDescriptor[] Layers)
{
    [JsonPropertyOrder(-1)]
    public string? MediaType { get; init; }

    [JsonPropertyOrder(-1)]
    public string? ArtifactType { get; init; }
}
