namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>What blobs are, in OCI's words and in ours. The last part of ours is the version of the format.</summary>
internal static class MediaTypes
{
    public const string Index = "application/vnd.oci.image.index.v1+json";
    public const string Manifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>A snapshot as a whole.</summary>
    public const string Snapshot = Ours + "v1";

    /// <summary>A <see cref="Documents.SnapshotDocument"/>.</summary>
    public const string Config = Ours + "config.v1+json";

    /// <summary>A <see cref="PageIndex"/>.</summary>
    public const string Pages = Ours + "pages.v1";

    /// <summary>The symbols of the guest's file, as the file had them, and then their names.</summary>
    public const string Symbols = Ours + "symbols.v1";

    /// <summary>The contents of pages, one after the other.</summary>
    public const string Memory = Ours + "memory.v1";

    /// <summary>What a mapped region shows, whole pages.</summary>
    public const string Region = Ours + "region.v1";

    private const string Ours = "application/vnd.sandboxactors.snapshot.";

    /// <summary>Whether it is one of ours, of whatever version.</summary>
    public static bool IsOurs(string? mediaType) => mediaType?.StartsWith(Ours, StringComparison.Ordinal) == true;
}
