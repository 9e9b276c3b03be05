using System.Diagnostics;
using System.Text.Json.Nodes;
using CsCheck;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>
/// Whatever a directory holds, loading it and going on from it either gives what was saved or says what is wrong: it neither crashes, nor waits, nor takes
/// more memory than the snapshot needs.
/// </summary>
public sealed class HostileSnapshotSpec : IDisposable
{
    private readonly SavedSnapshot _saved = SavedSnapshot.WithNoise(withRegion: true);

    public void Dispose() => _saved.Dispose();

    [Fact]
    public void A_flipped_bit_anywhere_is_found_or_means_nothing() => Gen.Select(Gen.Int[0, 6], Gen.Double.Unit, Gen.Int[0, 7]).Sample(
        (file, place, bit) => Spoil(file, content =>
        {
            content[(int)(place * (content.Length - 1))] ^= (byte)(1 << bit);
            return content;
        }),
        iter: 1_000,
        threads: 1);

    [Fact]
    public void A_file_of_any_other_length_is_found_or_means_nothing() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 20_000]).Sample(
        (file, length) => Spoil(file, content =>
        {
            Array.Resize(ref content, length);
            return content;
        }),
        iter: 1_000,
        threads: 1);

    [Fact]
    public void Files_in_each_others_place_are_found()
    {
        int count = new OciDirectory(_saved.Location).Files.Count;
        for (int one = 0; one < count; one++)
        {
            for (int other = 0; other < count; other++)
            {
                if (one == other) continue;
                OciDirectory copy = _saved.Copy();
                File.Copy(copy.Files[one], copy.Files[other], overwrite: true);
                AssertRefused(copy);
            }
        }
    }

    [Theory]
    [InlineData("a directory")]
    [InlineData("a link to the file itself")]
    [InlineData("a link to a device without end")]
    [InlineData("a link to nothing")]
    [InlineData("a pipe")]
    [InlineData("nothing")]
    public void What_is_no_file_is_found(string instead)
    {
        for (int file = 0; file < new OciDirectory(_saved.Location).Files.Count; file++)
        {
            OciDirectory copy = _saved.Copy();
            string path = copy.Files[file];
            string aside = _saved.NewPath("aside-" + Guid.NewGuid().ToString("N"));
            File.Move(path, aside);
            switch (instead)
            {
                case "a directory":
                    Directory.CreateDirectory(path);
                    break;
                case "a link to the file itself":
                    File.CreateSymbolicLink(path, aside);
                    break;
                case "a link to a device without end":
                    File.CreateSymbolicLink(path, "/dev/zero");
                    break;
                case "a link to nothing":
                    File.CreateSymbolicLink(path, aside + "-not");
                    break;
                case "a pipe":
                    using (Process mkfifo = Process.Start("mkfifo", path)) mkfifo.WaitForExit();
                    break;
            }

            Assert.Throws<SnapshotFormatException>(() => Snapshot.Load(copy.Path));
        }
    }

    [Fact]
    public void A_folder_that_is_a_link_is_found()
    {
        OciDirectory copy = _saved.Copy();
        string blobs = Path.Combine(copy.Path, "blobs");
        string aside = _saved.NewPath("aside");
        Directory.Move(blobs, aside);
        Directory.CreateSymbolicLink(blobs, aside);

        Assert.Equal(SnapshotProblem.Malformed, AssertRefused(copy).Problem);
    }

    [Theory]
    [InlineData("sha256:../../../../etc/passwd")]
    [InlineData("sha256:../index.json")]
    [InlineData("sha256:")]
    [InlineData("sha256")]
    [InlineData("")]
    [InlineData("../../oci-layout")]
    [InlineData("sha512:cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce")]
    [InlineData("sha256:AA83E1357EEFB8BDF1542850D66D8007D620E4050B5715DC83F4A921D36CE9CE")]
    [InlineData("sha256:../../../../../../../../../../../../../../../../../../../etc/passwd")]
    [InlineData("sha256:00000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("sha256:0000000000000000000000000000000000000000000000000000000000000000")]
    public void A_digest_that_is_none_leads_nowhere(string digest)
    {
        OciDirectory index = _saved.Copy(), config = _saved.Copy(), layers = _saved.Copy(), region = _saved.Copy();
        index.EditIndex(document => document["manifests"]![0]!["digest"] = digest);
        config.EditManifest(manifest => manifest["config"]!["digest"] = digest);
        layers.EditManifest(manifest => manifest["layers"]![1]!["digest"] = digest);
        region.EditConfig(document => document["regions"]![0]!["digest"] = digest);

        foreach (OciDirectory copy in new[] { index, config, layers, region })
            Assert.True(AssertRefused(copy).Problem is SnapshotProblem.Malformed or SnapshotProblem.Truncated);
    }

    [Fact]
    public void Sizes_that_no_blob_has_cost_no_memory()
    {
        foreach (long size in new[] { -1, 0, 1L << 31, 1L << 40, long.MaxValue, long.MinValue })
        {
            foreach (int layer in new[] { -1, 0, 1, 2 })
            {
                OciDirectory copy = _saved.Copy();
                copy.EditManifest(manifest => (layer < 0 ? manifest["config"] : manifest["layers"]![layer])!["size"] = size);
                AssertRefused(copy);
            }
        }

        OciDirectory huge = _saved.Copy();
        using (FileStream index = File.OpenWrite(huge.IndexFile)) index.SetLength(1L << 40); // sparse
        AssertRefused(huge);
    }

    [Fact]
    public void Pages_of_any_number_and_place_are_found_or_the_guests_own() => Gen.Select(Gen.Int[0, 11], Gen.UInt).Sample(
        (word, value) =>
        {
            OciDirectory copy = _saved.Copy();
            byte[] index = File.ReadAllBytes(copy.BlobOf("pages"));
            BitConverter.TryWriteBytes(index.AsSpan((word % 8) * sizeof(uint)), word < 8 ? value : value % 120);
            copy.ReplaceBlob("pages", index);
            LoadAndGoOn(copy);
            Directory.Delete(copy.Path, recursive: true);
        },
        iter: 300,
        threads: 1);

    [Fact]
    public void Documents_that_say_anything_else_are_refused_or_mean_what_they_say()
    {
        string[] values =
        [
            "null", "-1", "0", "1", "4096", "1e400", "18446744073709551616", "\"\"", "\"0x0\"", "\"0xffffffffffffffff\"", $"\"{OciDirectory.LoneSurrogate}\"",
            "[]", "{}", "[null]", "true",
            "[[[[[[[[]]]]]]]]", "{\"a\":{\"b\":[]}}", "\"readWrite\"", $"\"{new string('x', 100_000)}\"",
        ];
        Gen.Select(Gen.Int[0, 2], Gen.Double.Unit, Gen.Int[0, values.Length - 1], Gen.Int[0, 2]).Sample(
            (document, place, value, how) =>
            {
                OciDirectory copy = _saved.Copy();
                Action<JsonObject> edit = root => Mutate(root, place, JsonNode.Parse(values[value]), how);
                if (document == 0) copy.EditConfig(edit);
                else if (document == 1) copy.EditManifest(edit);
                else copy.EditIndex(edit);
                LoadAndGoOn(copy);
                Directory.Delete(copy.Path, recursive: true);
            },
            iter: 1_000,
            threads: 1);
    }

    private static SnapshotFormatException AssertRefused(OciDirectory copy)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => Snapshot.Verify(copy.Path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Contains(copy.Path, refused.Message, StringComparison.Ordinal);
        Assert.Equal(copy.Path, refused.Directory);
        return refused;
    }

    // Replaces, removes or adds a member somewhere in a document.
    private static void Mutate(JsonObject root, double place, JsonNode? value, int how)
    {
        JsonNode[] all = [.. Descendants(root)];
        JsonNode chosen = all[(int)(place * (all.Length - 1))];
        switch (chosen.Parent)
        {
            case JsonObject parent when how == 0:
                parent[chosen.GetPropertyName()] = value;
                break;
            case JsonObject parent when how == 1:
                parent.Remove(chosen.GetPropertyName());
                break;
            case JsonObject parent:
                parent["surprise"] = value;
                break;
            case JsonArray parent when how == 1:
                parent.RemoveAt(chosen.GetElementIndex());
                break;
            case JsonArray parent:
                parent.Insert(chosen.GetElementIndex(), value);
                break;
        }
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Descendants(child).Prepend(child));
    }

    private void Spoil(int file, Func<byte[], byte[]> spoil)
    {
        OciDirectory copy = _saved.Copy();
        string path = copy.Files[file];
        File.WriteAllBytes(path, spoil(File.ReadAllBytes(path)));
        if (LoadAndGoOn(copy) is { } loaded) _saved.AssertIsSaved(loaded);
        Directory.Delete(copy.Path, recursive: true);
    }

    // The snapshot, if it can be loaded, gone on from and saved again; if not, it was refused as it should be.
    private Snapshot? LoadAndGoOn(OciDirectory copy)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Snapshot loaded = Snapshot.Load(copy.Path);
            using Sandbox fork = _saved.Fork(loaded, out _);
            Snapshot again = fork.Snapshot();
            fork.Restore(again);
            return loaded;
        }
        catch (SnapshotFormatException refused)
        {
            Assert.Equal(copy.Path, refused.Directory);
            return null;
        }
        catch (MissingHostFunctionsException)
        {
            return null; // it says that its guest knows others
        }
        finally
        {
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        }
    }
}
