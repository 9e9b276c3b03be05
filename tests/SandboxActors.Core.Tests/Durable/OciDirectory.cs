using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>
/// A saved snapshot to spoil. What is changed through it is consistent afterwards: blobs have the names of their digests, and the documents above them name
/// them; so what is refused then is refused for what it says.
/// </summary>
internal sealed class OciDirectory(string path)
{
    /// <summary>Stands for half a character, which a document cannot be made with.</summary>
    public const string LoneSurrogate = "(half a character)";

    public string Path { get; } = path;

    public string IndexFile => System.IO.Path.Combine(Path, "index.json");

    public string LayoutFile => System.IO.Path.Combine(Path, "oci-layout");

    /// <summary>All files.</summary>
    public IReadOnlyList<string> Files => [.. Directory.GetFiles(Path, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    public static OciDirectory CopyOf(string source, string target)
    {
        foreach (string file in Directory.GetFiles(source, "*", SearchOption.AllDirectories))
        {
            string copy = System.IO.Path.Combine(target, System.IO.Path.GetRelativePath(source, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return new OciDirectory(target);
    }

    /// <summary>The file of the blob of a kind: <c>config</c>, <c>pages</c>, <c>memory</c>, <c>region</c>.</summary>
    public string BlobOf(string kind) => BlobFile((string)DescriptorOf(ReadManifest(), kind)["digest"]!);

    public void EditIndex(Action<JsonObject> edit) => Edit(IndexFile, edit);

    public void EditManifest(Action<JsonObject> edit)
    {
        JsonObject manifest = ReadManifest();
        edit(manifest);
        byte[] content = Serialize(manifest);
        EditIndex(index => Describe((JsonObject)index["manifests"]![0]!, content));
    }

    public void EditConfig(Action<JsonObject> edit)
    {
        var config = (JsonObject)JsonNode.Parse(File.ReadAllBytes(BlobOf("config")))!;
        edit(config);
        ReplaceBlob("config", Serialize(config));
    }

    /// <summary>Puts another blob in the place of one.</summary>
    public void ReplaceBlob(string kind, byte[] content) => EditManifest(manifest => Describe(DescriptorOf(manifest, kind), content));

    private static void Edit(string file, Action<JsonObject> edit)
    {
        var document = (JsonObject)JsonNode.Parse(File.ReadAllBytes(file))!;
        edit(document);
        File.WriteAllBytes(file, Serialize(document));
    }

    private static byte[] Serialize(JsonNode node) =>
        System.Text.Encoding.UTF8.GetBytes(node.ToJsonString().Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal));

    private static JsonObject DescriptorOf(JsonObject manifest, string kind) => manifest["layers"]!.AsArray().Append(manifest["config"])
        .Select(node => (JsonObject)node!)
        .First(descriptor => ((string)descriptor["mediaType"]!).StartsWith($"application/vnd.sandboxactors.snapshot.{kind}.", StringComparison.Ordinal));

    private JsonObject ReadManifest()
    {
        JsonNode index = JsonNode.Parse(File.ReadAllBytes(IndexFile))!;
        return (JsonObject)JsonNode.Parse(File.ReadAllBytes(BlobFile((string)index["manifests"]![0]!["digest"]!)))!;
    }

    private string BlobFile(string digest) => System.IO.Path.Combine(Path, "blobs", "sha256", digest["sha256:".Length..]);

    private void Describe(JsonObject descriptor, byte[] content)
    {
        string digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
        File.WriteAllBytes(BlobFile(digest), content);
        descriptor["digest"] = digest;
        descriptor["size"] = content.Length;
    }
}
