using SandboxActors.Core.Snapshots.Durable.Documents;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>The blobs that a snapshot consists of, as its manifest says; it and the document are verified.</summary>
/// <param name="Document">What the snapshot is.</param>
/// <param name="Memory">The contents of its pages.</param>
/// <param name="Index">Which page has which.</param>
/// <param name="Symbols">What its guest's addresses are called, if that is known.</param>
/// <param name="Regions">What its mapped regions show, by digest.</param>
internal sealed record SnapshotManifest(
    SnapshotDocument Document, OciDescriptor Memory, OciDescriptor Index, OciDescriptor? Symbols, IReadOnlyDictionary<string, OciDescriptor> Regions)
{
    /// <summary>Reads the manifest of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="expected">The digest that it must have, if that is known.</param>
    /// <exception cref="SnapshotFormatException">There is none, or it is not one of a snapshot, or not what it was.</exception>
    public static SnapshotManifest Read(BlobDirectory directory, Digest? expected)
    {
        directory.CheckLayout();
        OciIndex index = directory.ReadDocument(BlobDirectory.IndexFile, OciJson.Plain.OciIndex);
        if (index is not { SchemaVersion: OciIndex.Schema, Manifests: [{ MediaType: MediaTypes.Manifest } descriptor] })
            throw directory.Refused(SnapshotProblem.NotASnapshot, $"{BlobDirectory.IndexFile} does not name one manifest and nothing else");
        if (expected is { } digest && descriptor.Digest != digest.ToString())
            throw directory.Refused(SnapshotProblem.Altered, $"it is another snapshot than the one with the digest {digest}");
        byte[] content = directory.ReadBlob(descriptor, BlobDirectory.MaximumDocumentSize);
        return Read(directory, directory.Parse(content, "its manifest", OciJson.Plain.OciManifest));
    }

    private static SnapshotManifest Read(BlobDirectory directory, OciManifest manifest)
    {
        if (manifest is not { SchemaVersion: OciIndex.Schema, Config: { } config, Layers: { } layers } || !MediaTypes.IsOurs(config.MediaType))
            throw directory.Refused(SnapshotProblem.NotASnapshot, "it is an OCI image of another kind");
        if (config.MediaType != MediaTypes.Config || (manifest.ArtifactType ?? MediaTypes.Snapshot) != MediaTypes.Snapshot)
            throw directory.Refused(SnapshotProblem.UnsupportedVersion, "it was saved by another version");

        var regions = new Dictionary<string, OciDescriptor>(StringComparer.Ordinal);
        OciDescriptor? memory = null, index = null, symbols = null;
        foreach (OciDescriptor? layer in layers)
        {
            bool isNew = layer?.MediaType switch
            {
                MediaTypes.Memory => ReferenceEquals(memory ??= layer, layer),
                MediaTypes.Pages => ReferenceEquals(index ??= layer, layer),
                MediaTypes.Symbols => ReferenceEquals(symbols ??= layer, layer),
                MediaTypes.Region => regions.TryAdd(layer.Digest, layer),
                _ => false,
            };
            if (!isNew) throw directory.Refused(SnapshotProblem.Malformed, "its manifest names a blob twice, or one that no snapshot has");
        }

        if (memory is null || index is null) throw directory.Refused(SnapshotProblem.Malformed, "its manifest names no memory");
        return new SnapshotManifest(ReadConfig(directory, config), memory, index, symbols, regions);
    }

    private static SnapshotDocument ReadConfig(BlobDirectory directory, OciDescriptor config)
    {
        const string Name = "its configuration";
        byte[] content = directory.ReadBlob(config, BlobDirectory.MaximumDocumentSize);
        // First of all: of another version we need not understand anything else.
        if (directory.Parse(content, Name, OciJson.Plain.VersionDocument).Version != SnapshotDocument.Current)
            throw directory.Refused(SnapshotProblem.UnsupportedVersion, $"it was saved in another version of the format than {SnapshotDocument.Current}");
        return directory.Parse(content, Name, SnapshotJson.Default.SnapshotDocument);
    }
}
