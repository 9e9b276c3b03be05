using Akka.Actor;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Tests;

/// <summary>Calls and the other requests of a healthy sandbox.</summary>
public sealed class SandboxCallSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task A_call_goes_to_the_guest_and_to_the_host_and_back(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", (int a, int b) => a + b));
        Assert.Equal(5, await sandbox.CallAsync<int>("Add", 2, 3));
        Assert.Equal("hello", await sandbox.CallAsync<string>("Echo", "hello"));
        Assert.Equal(-0.0, await sandbox.CallAsync<double>("EchoDouble", -0.0));
        await sandbox.CallAsync("SetStatic", 7);
        Assert.Equal(GuestValue.From(7), await sandbox.InvokeAsync("GetStatic", GuestValueType.Int32));
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_error_of_the_guest_reaches_the_caller_and_leaves_the_sandbox_healthy(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        GuestErrorException error = await Assert.ThrowsAsync<GuestErrorException>(() => sandbox.CallAsync<int>("AddToStaticAndFail"));
        Assert.Equal("Crash on purpose", error.Message);
        Assert.Equal(10, await sandbox.CallAsync<int>("GetStatic"));
        Assert.Equal(SandboxActorState.Healthy, (await sandbox.StatusAsync()).State);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_call_that_the_guest_cannot_serve_is_refused(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Assert.Equal(CallRefusal.FunctionNotFound, (await Assert.ThrowsAsync<GuestCallRefusedException>(() => sandbox.CallAsync("NoSuchFunction"))).Refusal);
        Assert.Equal(CallRefusal.ArgumentsTooLarge, (await Assert.ThrowsAsync<GuestCallRefusedException>(() => sandbox.CallAsync<byte[]>("SetByteArrayToZero", new byte[1 << 20]))).Refusal);
        Assert.Equal(0, await sandbox.CallAsync<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_core_file_is_written_in_its_turn_and_one_that_cannot_be_leaves_the_sandbox_healthy(string backend)
    {
        DirectoryInfo directory = Directory.CreateTempSubdirectory("dumps");
        try
        {
            SandboxRef sandbox = await CreateAsync(backend);
            Task<int> before = sandbox.CallAsync<int>("AddToStatic", 7);
            string path = Path.Combine(directory.FullName, "asked.core");
            await sandbox.GenerateCrashDumpAsync(path).WaitAsync(Patience);
            Assert.Equal(7, await before);
            Assert.Equal("\u007FELF"u8.ToArray(), File.ReadAllBytes(path)[..4]);

            await Assert.ThrowsAnyAsync<IOException>(() => sandbox.GenerateCrashDumpAsync(Path.Combine(directory.FullName, "none", "asked.core")));
            Assert.Equal(7, await sandbox.CallAsync<int>("GetStatic"));
            Assert.Equal([path], Directory.GetFiles(directory.FullName));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_result_type_that_cannot_pass_is_refused_at_once(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Assert.Throws<NotSupportedException>(() => { _ = sandbox.CallAsync<DateTime>("GetStatic"); });
    }

    [SkippableTheory, OnEachBackend]
    public async Task Calls_of_one_caller_run_in_the_order_in_which_they_were_made(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        Task<int>[] sums = [.. Enumerable.Range(0, 500).Select(_ => sandbox.CallAsync<int>("AddToStatic", 1))];
        Assert.Equal(Enumerable.Range(1, 500), await Task.WhenAll(sums).WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_array_given_to_a_call_may_be_changed_right_afterwards(string backend)
    {
        var gate = new TaskCompletionSource();
        SandboxRef sandbox = await CreateAsync(backend, s => s
            .HostFunction("Gate", () => gate.Task)
            .HostFunction("HostEchoVecBytes", (byte[] bytes) => bytes));
        Task first = sandbox.CallAsync("CallHostExpectError", "Gate"); // the next call waits behind it
        byte[] bytes = [1, 2, 3];
        Task<byte[]> echo = sandbox.CallAsync<byte[]>("RoundTripHostVecBytes", bytes);
        bytes[0] = 9;
        gate.SetResult();
        await Assert.ThrowsAsync<GuestErrorException>(() => first);
        Assert.Equal([1, 2, 3], await echo.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_snapshot_brings_back_what_the_guest_had_written(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        await sandbox.CallAsync<int>("AddToStatic", 5);
        Snapshot snapshot = await sandbox.SnapshotAsync();
        await sandbox.CallAsync<int>("AddToStatic", 5);
        await sandbox.RestoreAsync(snapshot);
        Assert.Equal(5, await sandbox.CallAsync<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_snapshot_of_another_sandbox_is_refused(string backend)
    {
        Sandboxes sandboxes = Start(backend);
        SandboxRef one = await sandboxes.CreateAsync("simple");
        SandboxRef two = await sandboxes.CreateAsync("simple");
        Snapshot snapshot = await one.SnapshotAsync();
        await Assert.ThrowsAsync<SnapshotMismatchException>(() => two.RestoreAsync(snapshot));
        Assert.Equal(0, await two.CallAsync<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_file_and_memory_are_mapped_into_the_guest(string backend)
    {
        string path = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(path, "from a file");
            SandboxRef sandbox = await CreateAsync(backend);
            Assert.Equal(4096UL, await sandbox.MapFileAsync(path, new GuestAddress(0x2_0000_0000)));
            byte[] read = await sandbox.CallAsync<byte[]>("ReadMappedBuffer", 0x2_0000_0000UL, 11UL);
            Assert.Equal("from a file"u8, read);
            await Assert.ThrowsAsync<MemoryMappingException>(() => sandbox.MapFileAsync(path, new GuestAddress(0x2_0000_0000)));
            await Assert.ThrowsAsync<FileNotFoundException>(() => sandbox.MapFileAsync(path + ".not", new GuestAddress(0x3_0000_0000)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [SkippableTheory, OnEachBackend]
    public async Task Status_is_answered_while_a_call_waits_for_an_asynchronous_host_function(string backend)
    {
        var gate = new TaskCompletionSource<int>();
        var inside = new Signal();
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", async (int a, int b) =>
        {
            inside.Give();
            return a + b + await gate.Task;
        }));
        Task<int> call = sandbox.CallAsync<int>("Add", 1, 2);
        await inside.WaitAsync();
        Task<int> behind = sandbox.CallAsync<int>("GetStatic");
        SandboxReport report = await sandbox.StatusAsync().WaitAsync(Patience);
        Assert.Equal(SandboxActorState.Running, report.State);
        Assert.Equal(1, report.Waiting);
        gate.SetResult(10);
        Assert.Equal(13, await call.WaitAsync(Patience));
        Assert.Equal(0, await behind.WaitAsync(Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task The_actor_can_be_spoken_to_in_its_own_protocol(string backend)
    {
        SandboxRef sandbox = await CreateAsync(backend);
        sandbox.ActorRef.Tell(new SandboxProtocol.Call("EchoI32", GuestValueType.Int32, [7]), TestActor);
        Assert.Equal(GuestValue.From(7), ExpectMsg<SandboxProtocol.Completed>(Patience).Value);
        sandbox.ActorRef.Tell(new SandboxProtocol.Call("guest_panic", GuestValueType.Void, ["on purpose"]), TestActor);
        Assert.IsType<GuestAbortedException>(ExpectMsg<SandboxProtocol.Failed>(Patience).Cause);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Guests_run_on_threads_of_their_own_and_supervisors_do_not(string backend)
    {
        string? thread = null;
        SandboxRef sandbox = await CreateAsync(backend, s => s.HostFunction("HostAdd", (int a, int b) =>
        {
            thread = Thread.CurrentThread.IsThreadPoolThread ? null : Thread.CurrentThread.Name;
            return a + b;
        }));
        await sandbox.CallAsync<int>("Add", 1, 1);
        Assert.NotNull(thread);
    }
}
