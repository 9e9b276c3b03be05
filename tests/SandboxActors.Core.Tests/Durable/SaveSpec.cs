using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CsCheck;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>What is saved: an OCI image layout, whole or not at all, and what is loaded from it is what it was.</summary>
public sealed class SaveSpec
{
    [Fact]
    public void What_is_loaded_is_what_was_saved()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise(withRegion: true);

        Snapshot loaded = Snapshot.Load(saved.Location);

        Assert.Equal(0, loaded.SandboxId);
        Assert.Equal((saved.Snapshot.Image.Name, saved.Snapshot.Image.Entry), (loaded.Image.Name, loaded.Image.Entry));
        Assert.Equal(saved.Snapshot.Image.Segments.Select(s => (s.Pages, s.Access)), loaded.Image.Segments.Select(s => (s.Pages, s.Access)));
        Assert.Equal(saved.Snapshot.Origin.Layout, loaded.Origin.Layout);
        Assert.Equal(saved.Snapshot.Origin.HostFunctions.Select(Describe), loaded.Origin.HostFunctions.Select(Describe));
        Assert.Equal((saved.Snapshot.TakesBatches, "scripted"), (loaded.TakesBatches, loaded.Origin.Hypervisor));
        Assert.Equal(0UL, loaded.StoredBytes); // its pages are in their file
        saved.AssertIsSaved(loaded);

        static string Describe(HostFunctions.HostFunctionSignature function) => $"{function.Name}({string.Join(",", function.Parameters)}){function.Result}";
    }

    [Fact]
    public void Whatever_memory_holds_comes_back()
    {
        Gen.Int[0, 4].Array[16].Sample(
            pages =>
            {
                using var saved = new SavedSnapshot(heap =>
                {
                    for (int page = 0; page < pages.Length; page++) heap[(page * GuestAddress.PageSize) + 9] = (byte)pages[page];
                });
                saved.AssertIsSaved(Snapshot.Load(saved.Location));
                Snapshot.Verify(saved.Location);
                long contents = pages.Where(p => p != 0).Distinct().Count();
                Assert.Equal(contents * GuestAddress.PageSize, new FileInfo(saved.Copy().BlobOf("memory")).Length);
            },
            iter: 40);
    }

    [Fact]
    public void The_same_snapshot_is_saved_as_the_same_bytes()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise(withRegion: true);
        string again = saved.NewPath("again");
        string third = saved.NewPath("third");

        Assert.Equal(saved.Digest, saved.Snapshot.Save(again));
        Assert.Equal(saved.Digest, Snapshot.Load(again).Save(third + Path.DirectorySeparatorChar));

        foreach (string file in new OciDirectory(saved.Location).Files)
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(third, Path.GetRelativePath(saved.Location, file))));
    }

    [Fact]
    public void It_is_an_OCI_image_layout()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise(withRegion: true);

        Assert.Equal("1.0.0", (string)Parse("oci-layout")["imageLayoutVersion"]!);
        JsonNode index = Parse("index.json");
        Assert.Equal(2, (int)index["schemaVersion"]!);
        JsonNode manifest = Follow(Assert.Single(index["manifests"]!.AsArray())!);
        Assert.Equal("application/vnd.sandboxactors.snapshot.v1", (string)manifest["artifactType"]!);
        Assert.Equal(1, (int)Follow(manifest["config"]!)["version"]!);
        Assert.Equal(3, manifest["layers"]!.AsArray().Count);
        IEnumerable<JsonNode?> descriptors = manifest["layers"]!.AsArray().Append(manifest["config"]).Append(index["manifests"]![0]);
        Assert.Equal(descriptors.Select(d => Check(d!)).Order(StringComparer.Ordinal), Directory.GetFiles(Path.Combine(saved.Location, "blobs", "sha256")).Order(StringComparer.Ordinal));

        JsonNode Parse(string name) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(saved.Location, name)))!;

        JsonNode Follow(JsonNode descriptor) => JsonNode.Parse(File.ReadAllBytes(Check(descriptor)))!;

        string Check(JsonNode descriptor)
        {
            string digest = ((string)descriptor["digest"]!)["sha256:".Length..];
            string file = Path.Combine(saved.Location, "blobs", "sha256", digest);
            Assert.Equal(digest, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
            Assert.Equal((long)descriptor["size"]!, new FileInfo(file).Length);
            return file;
        }
    }

    [SkippableFact]
    public void It_is_its_owners_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Permissions of this kind are not Windows's.");
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(saved.Location));
    }

    [Fact]
    public void What_is_there_already_is_not_touched()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        string file = saved.NewPath("file");
        File.WriteAllText(file, "mine");

        Assert.Contains("already", Assert.Throws<IOException>(() => saved.Snapshot.Save(file)).Message, StringComparison.Ordinal);
        Assert.Contains("already", Assert.Throws<IOException>(() => saved.Snapshot.Save(saved.Location)).Message, StringComparison.Ordinal);

        Assert.Equal("mine", File.ReadAllText(file));
        saved.AssertIsSaved(Snapshot.Load(saved.Location));
        AssertNothingElse(saved, "file", "saved");
    }

    [Fact]
    public void A_directory_above_that_is_missing_is_not_made()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();

        Assert.Throws<DirectoryNotFoundException>(() => saved.Snapshot.Save(Path.Combine(saved.NewPath("missing"), "target")));

        AssertNothingElse(saved, "saved");
    }

    [Fact]
    public void Of_many_that_save_to_one_place_at_once_one_does()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        int refused = 0;
        Parallel.For(0, 8, _ =>
        {
            try
            {
                saved.Snapshot.Save(saved.NewPath("target"));
            }
            catch (IOException)
            {
                Interlocked.Increment(ref refused);
            }
        });

        Assert.Equal(7, refused);
        saved.AssertIsSaved(Snapshot.Load(saved.NewPath("target"), saved.Digest));
        AssertNothingElse(saved, "saved", "target");
    }

    [Fact]
    public void A_save_that_ends_early_leaves_nothing()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise(withRegion: true);
        using var cancellation = new CancellationTokenSource();
        string path = saved.NewPath("never");

        var cancelling = new Reports(_ => cancellation.Cancel());
        Assert.Throws<OperationCanceledException>(() => saved.Snapshot.Save(path, cancelling, cancellation.Token));
        Assert.Throws<NotSupportedException>(() => saved.Snapshot.Save(path, new Reports(_ => throw new NotSupportedException()), CancellationToken.None));
        saved.Snapshot.Regions[0].Memory.Dispose();
        Assert.Equal(SavedSnapshot.RegionStart, Assert.Throws<SnapshotUnusableException>(() => saved.Snapshot.Save(path)).Region.Start);

        AssertNothingElse(saved, "saved");
    }

    [Fact]
    public void Progress_goes_from_nothing_to_all()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise(withRegion: true);
        var saving = new Reports();
        var verifying = new Reports();

        saved.Snapshot.Save(saved.NewPath("again"), saving, CancellationToken.None);
        Snapshot.Verify(saved.Location, verifying, CancellationToken.None);

        Assert.All([saving, verifying], reports =>
        {
            Assert.Equal(reports.Values.Order(), reports.Values);
            Assert.Equal(1, reports.Values[^1]);
        });
        Assert.Throws<OperationCanceledException>(() => Snapshot.Verify(saved.Location, progress: null, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_loaded_snapshot_is_no_sandboxs_and_not_restored_to_one()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        Snapshot loaded = Snapshot.Load(saved.Location);

        Assert.Throws<SnapshotMismatchException>(() => saved.Sandbox.Restore(loaded));
        Assert.Equal(SandboxStatus.Ready, saved.Sandbox.Status);
    }

    [Fact]
    public void The_guest_of_a_loaded_snapshot_cannot_be_started()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        var builder = new SandboxBuilder(new ScriptedHypervisor(), Snapshot.Load(saved.Location).Image);

        Assert.Contains("scripted", Assert.Throws<InvalidOperationException>(builder.Build).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whoever_knows_the_digest_gets_that_snapshot_and_no_other()
    {
        using SavedSnapshot saved = SavedSnapshot.WithNoise();
        using var other = new SavedSnapshot(heap => heap[0] = 1);

        saved.AssertIsSaved(Snapshot.Load(saved.Location, saved.Digest));
        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => Snapshot.Load(other.Location, saved.Digest));
        Assert.Equal(SnapshotProblem.Altered, refused.Problem);
        Assert.Throws<ArgumentException>(() => Snapshot.Load(saved.Location, "sha256:no"));
    }

    private static void AssertNothingElse(SavedSnapshot saved, params string[] names) =>
        Assert.Equal(names, Directory.GetFileSystemEntries(Path.GetDirectoryName(saved.Location)!).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    private sealed class Reports(Action<double>? onReport = null) : IProgress<double>
    {
        public List<double> Values { get; } = [];

        public void Report(double value)
        {
            Values.Add(value);
            onReport?.Invoke(value);
        }
    }
}
