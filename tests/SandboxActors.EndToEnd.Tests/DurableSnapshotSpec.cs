using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A snapshot that is saved and loaded goes on where it was, here and elsewhere.</summary>
public sealed class DurableSnapshotSpec : IDisposable
{
    private static readonly GuestAddress RegionStart = new(0x1_0000_0000);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("durable-snapshot");

    private string Saved => Path.Combine(_folder.FullName, "saved");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory, OnEachBackend]
    public void A_loaded_snapshot_is_called_on_where_it_was_saved(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(4 << 20).Build();
        sandbox.Call("SetStatic", 41);
        ulong address = sandbox.Call<ulong>("AllocAndWritePattern", 1UL << 20, 7u);
        sandbox.Snapshot().Save(Saved);

        using Sandbox fork = Fork(backend, Snapshot.Load(Saved));

        Assert.Equal(42, fork.Call<int>("AddToStatic", 1));
        Assert.True(fork.Call<bool>("ReadPattern", address, 1UL << 20, 7u));
        Assert.Equal(41, sandbox.Call<int>("GetStatic"));
        Assert.Equal("still here", fork.Call<string>("Echo", "still here"));
    }

    [SkippableTheory, OnEachBackend]
    public void Another_process_that_has_nothing_but_the_directory_calls_on(string backend)
    {
        using (Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => a + b).Build())
        {
            sandbox.Call("SetStatic", 6);
            sandbox.Snapshot().Save(Saved);
        }

        string loader = Path.Combine(AppContext.BaseDirectory, "SandboxActors.SnapshotLoader.dll");
        using Process process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", loader, backend, Saved])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));

        Assert.Equal((string.Empty, 0), (errors, process.ExitCode));
        Assert.Equal(["7", "called on", "42"], output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_dies_after_it_was_loaded_is_told_of_by_the_names_of_its_functions(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Snapshot().Save(Saved);
        using Sandbox fork = Fork(backend, Snapshot.Load(Saved));

        string? here = Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException")).CrashReport!.Location!.Value.Symbol;
        string? there = Assert.Throws<GuestFaultException>(() => fork.Call("TriggerException")).CrashReport!.Location!.Value.Symbol;

        Assert.NotNull(here);
        Assert.Equal(here, there);
    }

    [SkippableTheory, OnEachBackend]
    public void Forks_of_a_loaded_snapshot_share_few_machines_and_one_that_cannot_read_a_page_stays_parked(string backend)
    {
        using (Sandbox sandbox = SimpleGuest.Sandbox(backend))
        {
            sandbox.Call("SetStatic", 8);
            sandbox.Snapshot().Save(Saved);
        }

        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        Snapshot loaded = Snapshot.Load(Saved);
        SandboxBuilder builder = new SandboxBuilder(Backends.Open(backend), loaded.Image).PrintTo(static _ => { }).Pool(pool);
        using Sandbox first = builder.Fork(loaded);
        using Sandbox second = builder.Fork(loaded);
        string memory = Directory.GetFiles(Path.Combine(Saved, "blobs", "sha256")).MaxBy(file => new FileInfo(file).Length)!;
        byte[] content = File.ReadAllBytes(memory);
        File.WriteAllBytes(memory, new byte[content.Length]);

        Assert.Equal(SnapshotProblem.Altered, Assert.Throws<SnapshotFormatException>(() => first.Call<int>("GetStatic")).Problem);
        Assert.Equal((SandboxStatus.Ready, true), (first.Status, first.IsParked));

        File.WriteAllBytes(memory, content);
        for (int i = 1; i <= 3; i++)
        {
            Assert.Equal(8 + i, first.Call<int>("AddToStatic", 1));
            Assert.Equal(8 - i, second.Call<int>("AddToStatic", -1));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Registers_go_with_it(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("SetVectorRegister", 0x1122_3344_5566_7788UL);
        sandbox.Call("SetMxcsr", 0x3F80u);
        sandbox.Call("SetX87ControlWord", 0x0F7Fu);
        VcpuState before = sandbox.Machine.ReadState();
        sandbox.Snapshot().Save(Saved);

        using Sandbox fork = Fork(backend, Snapshot.Load(Saved));

        VcpuState after = fork.Machine.ReadState();
        Assert.Equal(before.General, after.General);
        Assert.Equal(before.Special, after.Special);
        Assert.Equal(before.ExtendedControl, after.ExtendedControl);
        Assert.Equal(before.ExtendedState.AsSpan(32, 384), after.ExtendedState.AsSpan(32, 384));
        Assert.Equal(0x3F80u, fork.Call<uint>("GetMxcsr"));
        Assert.Equal(0x0F7Fu, fork.Call<uint>("GetX87ControlWord"));
    }

    [SkippableTheory, OnEachBackend]
    public void Mapped_regions_go_with_it_and_are_mapped_from_their_files(string backend)
    {
        string file = Path.Combine(_folder.FullName, "mapped");
        File.WriteAllBytes(file, [.. Enumerable.Range(0, 5000).Select(i => (byte)(i | 1))]);
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(8192);
        memory.Slice(0, 8192).Fill(0x5A);
        sandbox.MapFile(file, RegionStart, MemoryAccess.Read);
        sandbox.MapRegion(RegionStart + (1 << 20), memory, MemoryAccess.Read);
        sandbox.MapRegion(RegionStart + (2 << 20), memory, MemoryAccess.Read | MemoryAccess.Execute);
        sandbox.Snapshot().Save(Saved);
        File.Delete(file);

        Snapshot loaded = Snapshot.Load(Saved);
        using Sandbox fork = Fork(backend, loaded);

        Assert.Equal(sandbox.MappedRegions.Select(r => (r.Range, r.Access)), loaded.MappedRegions.Select(r => (r.Range, r.Access)));
        Assert.All(loaded.MappedRegions, r => Assert.IsType<MappedFile>(r.Memory));
        Assert.Same(loaded.MappedRegions[1].Memory, loaded.MappedRegions[2].Memory);
        Assert.Equal(sandbox.Call<byte[]>("ReadMappedBuffer", RegionStart.Value, 8192UL), fork.Call<byte[]>("ReadMappedBuffer", RegionStart.Value, 8192UL));
        Assert.All(fork.Call<byte[]>("ReadMappedBuffer", RegionStart.Value + (2 << 20), 8192UL), b => Assert.Equal(0x5A, b));
        Assert.Throws<GuestMemoryViolationException>(() => fork.Call<bool>("WriteMappedBuffer", RegionStart.Value, 1UL));
    }

    [SkippableTheory, OnEachBackend]
    public void A_fork_restores_its_own_snapshots_and_what_it_changed_comes_back_from_the_file(string backend)
    {
        using (Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(4 << 20).Build())
        {
            sandbox.Call("SetStatic", 1);
            sandbox.Snapshot().Save(Saved);
        }

        using Sandbox fork = Fork(backend, Snapshot.Load(Saved));
        Snapshot first = fork.Snapshot();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(6, fork.Call<int>("AddToStatic", 5));
            Assert.Throws<GuestAbortedException>(() => fork.Call("guest_panic", "on purpose"));
            fork.Restore(first);
        }

        Assert.Equal(1, fork.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_fork_of_a_loaded_snapshot_can_be_saved_again(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("SetStatic", 1);
        string digest = sandbox.Snapshot().Save(Saved);
        string again = Path.Combine(_folder.FullName, "again");
        string changed = Path.Combine(_folder.FullName, "changed");

        Assert.Equal(digest, Snapshot.Load(Saved).Save(again));
        using (Sandbox fork = Fork(backend, Snapshot.Load(again)))
        {
            fork.Call("SetStatic", 2);
            fork.Snapshot().Save(changed);
        }

        using Sandbox last = Fork(backend, Snapshot.Load(changed));
        Assert.Equal(2, last.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void Random_numbers_are_new_in_every_fork(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        var seen = new HashSet<string> { RandomNumbers(sandbox) };
        sandbox.Snapshot().Save(Saved);
        Snapshot loaded = Snapshot.Load(Saved);
        for (int i = 0; i < 5; i++)
        {
            using Sandbox fork = Fork(backend, loaded);
            Assert.True(seen.Add(RandomNumbers(fork)));
        }

        Assert.True(seen.Add(RandomNumbers(sandbox)));
    }

    [KvmFact]
    public void A_guest_goes_from_software_to_KVM_but_not_back_if_it_was_told_of_AVX()
    {
        using Sandbox software = SimpleGuest.Sandbox("emulator");
        software.Call("SetStatic", 9);
        software.Call("SetVectorRegister", 77UL);
        software.Snapshot().Save(Saved);
        using (Sandbox fork = Fork("kvm", Snapshot.Load(Saved)))
        {
            Assert.Equal(software.Machine.ReadState().ExtendedState.AsSpan(160, 256), fork.Machine.ReadState().ExtendedState.AsSpan(160, 256));
            Assert.Equal(9, fork.Call<int>("GetStatic"));
            Assert.Equal("on KVM", fork.Call<string>("Echo", "on KVM"));
        }

        using Sandbox hardware = SimpleGuest.Sandbox("kvm");
        string other = Path.Combine(_folder.FullName, "kvm");
        hardware.Snapshot().Save(other);
        const ulong Avx = 4;
        if ((hardware.Machine.ReadState().ExtendedControl & Avx) == 0)
        {
            using Sandbox fork = Fork("emulator", Snapshot.Load(other));
            Assert.Equal("in software", fork.Call<string>("Echo", "in software"));
            return;
        }

        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => Fork("emulator", Snapshot.Load(other)));
        Assert.Equal(SnapshotProblem.OtherProcessor, refused.Problem);
        Assert.Contains("AVX", refused.Message, StringComparison.Ordinal);
    }

    private static string RandomNumbers(Sandbox sandbox) => Convert.ToHexString(sandbox.Call<byte[]>("RandomBytes", 32u));

    private static Sandbox Fork(string backend, Snapshot snapshot) =>
        new SandboxBuilder(Backends.Open(backend), snapshot.Image).PrintTo(static _ => { }).Fork(snapshot);
}
