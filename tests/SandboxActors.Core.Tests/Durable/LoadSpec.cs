using System.Text.Json.Nodes;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>What a directory must be to be loaded, and what is said of one that is not.</summary>
public sealed class LoadSpec : IDisposable
{
    private readonly SavedSnapshot _saved = SavedSnapshot.WithNoise(withRegion: true);

    public void Dispose() => _saved.Dispose();

    [Fact]
    public void A_directory_that_is_not_there_is_not_found()
    {
        Assert.Equal(SnapshotProblem.NotFound, Refused(_saved.NewPath("missing")).Problem);
        string file = _saved.NewPath("file");
        File.WriteAllText(file, "no directory");
        Assert.Equal(SnapshotProblem.NotFound, Refused(file).Problem);
        Assert.Throws<ArgumentException>(() => Snapshot.Load(string.Empty));
    }

    [Fact]
    public void A_directory_of_something_else_is_no_snapshot()
    {
        Assert.Equal(SnapshotProblem.NotASnapshot, Refused(Directory.CreateDirectory(_saved.NewPath("empty")).FullName).Problem);

        OciDirectory program = _saved.Copy();
        program.EditManifest(manifest =>
        {
            manifest.Remove("artifactType");
            manifest["config"]!["mediaType"] = "application/vnd.oci.image.config.v1+json";
        });
        Assert.Equal(SnapshotProblem.NotASnapshot, Refused(program.Path).Problem);

        OciDirectory several = _saved.Copy();
        several.EditIndex(index => index["manifests"]!.AsArray().Add(index["manifests"]![0]!.DeepClone()));
        Assert.Equal(SnapshotProblem.NotASnapshot, Refused(several.Path).Problem);
    }

    [Fact]
    public void An_index_that_another_tool_has_written_anew_is_as_good()
    {
        OciDirectory copy = _saved.Copy();
        copy.EditIndex(index =>
        {
            index.Remove("mediaType");
            var descriptor = (JsonObject)index["manifests"]![0]!;
            descriptor.Remove("artifactType");
            descriptor["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        });
        File.WriteAllText(copy.LayoutFile, "{\"imageLayoutVersion\": \"1.0.0\"}");

        _saved.AssertIsSaved(Snapshot.Load(copy.Path));
    }

    [Theory]
    [InlineData("oci-layout")]
    [InlineData("format")]
    [InlineData("media type")]
    [InlineData("artifact type")]
    [InlineData("guest ABI")]
    [InlineData("layout")]
    public void Another_version_is_named_as_that(string what)
    {
        OciDirectory copy = _saved.Copy();
        switch (what)
        {
            case "oci-layout":
                File.WriteAllText(copy.LayoutFile, "{\"imageLayoutVersion\": \"2.0.0\"}");
                break;
            case "format":
                copy.EditConfig(config =>
                {
                    config.Clear();
                    config["version"] = 2;
                    config["somethingNew"] = true;
                });
                break;
            case "media type":
                copy.EditManifest(manifest => manifest["config"]!["mediaType"] = "application/vnd.sandboxactors.snapshot.config.v2+json");
                break;
            case "artifact type":
                copy.EditManifest(manifest => manifest["artifactType"] = "application/vnd.sandboxactors.snapshot.v2");
                break;
            case "guest ABI":
                copy.EditConfig(config => config["guestAbi"] = 2);
                break;
            case "layout":
                copy.EditConfig(config => config["layout"]!["heap"]!["start"] = "0x500000");
                break;
        }

        Assert.Equal(SnapshotProblem.UnsupportedVersion, Refused(copy.Path).Problem);
    }

    [Theory]
    [InlineData("guest.segments.0.range.start", "\"0x400001\"")]
    [InlineData("guest.segments.0.range.start", "\"0x0\"")]
    [InlineData("guest.segments.0.range.size", "-4096")]
    [InlineData("guest.segments.0.range.size", "9223372036854771712")]
    [InlineData("guest.segments.0.access", "\"writeExecute\"")]
    [InlineData("guest.segments.0.access", "17")]
    [InlineData("guest.segments.0.access", "\"readWrite\"")]
    [InlineData("guest.segments", "[]")]
    [InlineData("guest.entry", "\"0x300000\"")]
    [InlineData("guest.symbols", "24")]
    [InlineData("guest.symbols", "-24")]
    [InlineData("guest.names", "1")]
    [InlineData("guest.name", "\"\"")]
    [InlineData("layout.heap.size", "1")]
    [InlineData("layout.heap.size", "9223372036854775807")]
    [InlineData("hostFunctions.0.name", "\"\"")]
    [InlineData("hostFunctions.0.result", "99")]
    [InlineData("hostFunctions.0.parameters", "[0]")]
    [InlineData("memory.pages", "2147483647")]
    [InlineData("memory.pages", "-1")]
    [InlineData("memory.contents", "5")]
    [InlineData("registers.general.rip", "\"0xffffffff80000000\"")]
    [InlineData("registers.general.rip", "\"4194304\"")]
    [InlineData("registers.general.rip", "4194304")]
    [InlineData("registers.fsBase", "\"0x800000000000\"")]
    [InlineData("registers.extendedState", "\"AAAA\"")]
    [InlineData("registers.extendedState", "\"not base64\"")]
    [InlineData("registers.selectors.ds", "65536")]
    [InlineData("regions.0.range.start", "\"0x400000\"")]
    [InlineData("regions.0.range.start", "\"0xfee00000\"")]
    [InlineData("regions.0.range.start", "\"0xfffffffffffff000\"")]
    [InlineData("regions.0.range.size", "0")]
    [InlineData("regions.0.range.size", "4096")]
    [InlineData("regions.0.access", "\"readWrite\"")]
    [InlineData("regions", "[]")]
    [InlineData("takesBatches", "null")]
    [InlineData("takesBatches", "1")]
    public void What_cannot_be_is_malformed(string member, string value)
    {
        OciDirectory copy = _saved.Copy();
        copy.EditConfig(config =>
        {
            string[] path = member.Split('.');
            JsonNode parent = path[..^1].Aggregate((JsonNode)config, (node, name) => node is JsonArray items ? items[int.Parse(name)]! : node[name]!);
            parent[path[^1]] = JsonNode.Parse(value);
        });

        Assert.Equal(SnapshotProblem.Malformed, Refused(copy.Path).Problem);
    }

    [Fact]
    public void A_file_that_the_system_does_not_let_read_is_unreadable()
    {
        OciDirectory copy = _saved.Copy();
        string name = new string('a', 300); // longer than any file system's names
        Assert.Equal(SnapshotProblem.NotFound, Refused(Path.Combine(copy.Path, name)).Problem);
        File.Delete(copy.IndexFile);
        File.CreateSymbolicLink(copy.IndexFile, "index.json"); // a link to itself
        SnapshotFormatException refused = Refused(copy.Path);
        Assert.Equal(SnapshotProblem.Malformed, refused.Problem);
        Assert.IsType<MachineException>(refused.InnerException);
    }

    private static SnapshotFormatException Refused(string path) => Assert.Throws<SnapshotFormatException>(() => Snapshot.Load(path));
}
