using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Snapshots that are saved, loaded, gone on from and refused leave descriptors, mappings and memory where they were.</summary>
[Collection(nameof(CountingAlone))]
public sealed class DurableResourceSpec : IDisposable
{
    private const int Times = 300;
    private static readonly GuestAddress RegionStart = new(0x1_0000_0000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-resources");

    private string Saved => Path.Combine(_folder.FullName, "saved");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory, OnEachBackend]
    public void Snapshots_that_are_saved_loaded_and_gone_on_from(string backend)
    {
        using Sandbox sandbox = WithRegion(backend);
        Repeat(() =>
        {
            sandbox.Snapshot().Save(Saved);
            Snapshot.Verify(Saved);
            Snapshot loaded = Snapshot.Load(Saved);
            using (Sandbox fork = Fork(backend, loaded)) Assert.Equal("on", fork.Call<string>("Echo", "on"));
            Directory.Delete(Saved, recursive: true);
        });
    }

    [SkippableTheory, OnEachBackend]
    public void Snapshots_that_are_refused(string backend)
    {
        using Sandbox sandbox = WithRegion(backend);
        sandbox.Snapshot().Save(Saved);
        string[] blobs = [.. Directory.GetFiles(Path.Combine(Saved, "blobs", "sha256")).OrderBy(file => new FileInfo(file).Length)];
        foreach (string blob in blobs) Alter(blob);
        Repeat(() => Assert.Throws<SnapshotFormatException>(() => Snapshot.Load(Saved)));
        foreach (string blob in blobs) Alter(blob);
        Snapshot.Verify(Saved);

        // Only what a guest has in its pages: loading does not find it.
        Alter(blobs[^1]);
        Repeat(() =>
        {
            Snapshot loaded = Snapshot.Load(Saved);
            Assert.Throws<SnapshotFormatException>(() => Fork(backend, loaded));
            Assert.Throws<SnapshotFormatException>(() => loaded.Save(Path.Combine(_folder.FullName, "again")));
        });
        Assert.Equal([Saved], Directory.GetFileSystemEntries(_folder.FullName));
    }

    [SkippableTheory, OnEachBackend]
    public void A_snapshot_that_is_loaded_holds_no_descriptor(string backend)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux alone.");
        using Sandbox sandbox = WithRegion(backend);
        sandbox.Snapshot().Save(Saved);
        _ = Snapshot.Load(Saved);
        ProcessResources before = ProcessResources.Capture();

        Snapshot[] loaded = [.. Enumerable.Range(0, 50).Select(_ => Snapshot.Load(Saved))];

        ProcessResources now = ProcessResources.Capture();
        Assert.Equal(before.Descriptors, now.Descriptors);
        Assert.Equal(before.FileMappings + (2 * loaded.Length), now.FileMappings);
        GC.KeepAlive(loaded);
    }

    private static Sandbox WithRegion(string backend)
    {
        Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.MapFile(Path.Combine(AppContext.BaseDirectory, "SandboxActors.SnapshotLoader.runtimeconfig.json"), RegionStart, MemoryAccess.Read);
        return sandbox;
    }

    private static Sandbox Fork(string backend, Snapshot snapshot) =>
        new SandboxBuilder(Backends.Open(backend), snapshot.Image).PrintTo(static _ => { }).Fork(snapshot);

    // Twice is as it was.
    private static void Alter(string file)
    {
        byte[] content = File.ReadAllBytes(file);
        content[^1] ^= 0x40;
        File.WriteAllBytes(file, content);
    }

    private static void Repeat(Action action)
    {
        for (int i = 0; i < 20; i++) action();
        ProcessResources before = ProcessResources.Capture();
        for (int i = 0; i < Times; i++) action();
        ProcessResources.AssertNoMoreThan(before);
    }
}
