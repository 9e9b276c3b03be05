using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>
/// The tests of Hyperlight's <c>initialized_multi_use.rs</c>, one for one and in its order. What it tests less strictly than its words promise is
/// tested strictly here.
/// </summary>
public sealed class ReferenceSpec
{
    private static readonly GuestAddress FourGiB = new(0x1_0000_0000);
    private static readonly GuestAddress EightGiB = new(0x2_0000_0000);

    // poison
    [SkippableTheory, OnEachBackend]
    public void A_poisoned_sandbox_refuses_everything_until_it_is_restored(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();

        GuestAbortedException panic = Assert.Throws<GuestAbortedException>(() => sandbox.Call("guest_panic", "hello"));
        Assert.Equal((int)GuestErrorCode.Unknown, panic.Code);
        Assert.Contains("hello", panic.Message, StringComparison.Ordinal);
        Assert.True(sandbox.Poisoned);

        Assert.Throws<PoisonedSandboxException>(() => sandbox.Call("guest_panic", "hello2"));
        Assert.Throws<PoisonedSandboxException>(() => sandbox.Snapshot());
        Assert.True(sandbox.Poisoned);

        using GuestMemoryBlock memory = PageOf("test data for snapshot"u8);
        Assert.Throws<PoisonedSandboxException>(() => sandbox.MapRegion(FourGiB, memory, MemoryAccess.Read));
        string file = Path.GetTempFileName();
        Assert.Throws<PoisonedSandboxException>(() => sandbox.MapFile(file, FourGiB));
        File.Delete(file);
        Assert.Throws<PoisonedSandboxException>(() => sandbox.CallWithoutTrace<string>("Echo", "test"));

        sandbox.Restore(snapshot);
        Assert.False(sandbox.Poisoned);
        Assert.Equal("hello2", sandbox.Call<string>("Echo", "hello2"));
        Assert.False(sandbox.Poisoned);

        panic = Assert.Throws<GuestAbortedException>(() => sandbox.Call("guest_panic", "hello"));
        Assert.Contains("hello", panic.Message, StringComparison.Ordinal);
        Assert.True(sandbox.Poisoned);

        sandbox.Restore(snapshot);
        Assert.Equal("hello3", sandbox.Call<string>("Echo", "hello3"));
        Assert.False(sandbox.Poisoned);
        Assert.NotNull(sandbox.Snapshot());
    }

    // host_func_error
    [SkippableTheory, OnEachBackend]
    public void A_host_functions_exception_reaches_the_caller_as_a_guest_error_a_thousand_times(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostError", long () => throw new InvalidOperationException("hi")).Build();
        for (int i = 0; i < 1000; i++)
        {
            GuestErrorException error = Assert.Throws<GuestErrorException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "HostError"));
            Assert.Equal(GuestErrorCode.HostFunctionError, error.Code);
            Assert.Equal("hi", error.Message);
            Assert.True(sandbox.BuffersAreClean);
        }

        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    // call_host_func_expect_error
    [SkippableTheory, OnEachBackend]
    public void An_unknown_host_function_is_an_error_that_the_guest_can_handle(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("CallHostExpectError", "SomeUnknownHostFunc");
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    // io_buffer_reset
    [SkippableTheory, OnEachBackend]
    public void Buffers_of_one_page_last_for_a_thousand_calls_good_and_bad(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend)
            .InputBufferSize(4096).OutputBufferSize(4096)
            .HostFunction("HostAdd", (int a, int b) => a + b)
            .Build();
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(15, sandbox.Call<int>("Add", 5, 10));
            GuestErrorException error = Assert.Throws<GuestErrorException>(() => sandbox.Call<int>("AddToStaticAndFail"));
            Assert.Equal(GuestErrorCode.GuestError, error.Code);
            Assert.Equal("Crash on purpose", error.Message);
        }

        Assert.True(sandbox.BuffersAreClean);
    }

    // test_call_guest_function_by_name
    [SkippableTheory, OnEachBackend]
    public void A_call_without_trace_leaves_no_trace(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();

        sandbox.Call<int>("AddToStatic", 5);
        Assert.Equal(5, sandbox.Call<int>("GetStatic"));

        sandbox.Restore(snapshot);
        Assert.Equal(5, sandbox.CallWithoutTrace<int>("AddToStatic", 5));
        Assert.Equal(0, sandbox.CallWithoutTrace<int>("GetStatic"));
    }

    // test_with_small_stack_and_heap
    [SkippableTheory, OnEachBackend]
    public void A_thousand_calls_fit_a_stack_of_18_KiB_and_a_heap_of_20_KiB(string backend)
    {
        SandboxBuilder builder = SimpleGuest.Builder(backend).HeapSize(20 * 1024).StackSize(18 * 1024);
        using (Sandbox echo = builder.Build())
        {
            for (int i = 0; i < 1000; i++) Assert.Equal("hello", echo.Call<string>("Echo", "hello"));
        }

        using Sandbox print = builder.Build();
        for (int i = 0; i < 1000; i++)
        {
            string text = $"Hello World {i}\n";
            Assert.Equal(text.Length, print.Call<int>("PrintUsingPrintf", text));
        }
    }

    // snapshot_evolve_restore_handles_state_correctly
    [SkippableTheory, OnEachBackend]
    public void Restore_brings_back_what_was_before_the_change(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        sandbox.Call<int>("AddToStatic", 5);
        Assert.Equal(5, sandbox.Call<int>("GetStatic"));

        sandbox.Restore(snapshot);
        Assert.Equal(0, sandbox.Call<int>("GetStatic"));
    }

    // test_trigger_exception_on_guest
    [SkippableTheory, OnEachBackend]
    public void An_undefined_instruction_is_reported_as_that(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        GuestFaultException fault = Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException"));
        Assert.Equal(CpuException.InvalidOpcode, fault.Fault.Vector);
        Assert.Contains("InvalidOpcode", fault.Message, StringComparison.Ordinal);
        Assert.True(SimpleGuest.Image.Segments[0].Pages.Contains(fault.Fault.InstructionPointer));
    }

    // create_1000_sandboxes
    [SkippableTheory, OnEachBackend]
    public void A_thousand_sandboxes_can_be_made_from_twenty_threads(string backend)
    {
        SandboxBuilder builder = SimpleGuest.Builder(backend);
        using var start = new Barrier(21);
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, 20).Select(_ => new Thread(Work))];
        foreach (Thread thread in threads) thread.Start();
        Assert.True(start.SignalAndWait(TimeSpan.FromMinutes(1)));
        foreach (Thread thread in threads) Assert.True(thread.Join(TimeSpan.FromMinutes(5)));
        Assert.Empty(failures);

        void Work()
        {
            try
            {
                start.SignalAndWait(TimeSpan.FromMinutes(1));
                for (int i = 0; i < 50; i++)
                {
                    using Sandbox sandbox = builder.Build();
                    Assert.Equal(0, sandbox.Call<int>("GetStatic"));
                }
            }
            catch (Exception failure)
            {
                failures.Enqueue(failure);
            }
        }
    }

    // test_mmap
    [SkippableTheory, OnEachBackend]
    public void A_guest_reads_memory_that_is_mapped_into_it(string backend)
    {
        using GuestMemoryBlock memory = PageOf("hello world"u8);
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.MapRegion(FourGiB, memory, MemoryAccess.Read);

        Assert.Equal("hello world"u8, sandbox.Call<byte[]>("ReadMappedBuffer", FourGiB.Value, 11UL));
    }

    // test_mmap_write_exec
    [SkippableTheory, OnEachBackend]
    public void Executable_mapped_memory_runs_and_cannot_be_written(string backend)
    {
        using GuestMemoryBlock memory = PageOf([0x90, 0x90, 0x90, 0xC3]); // nop, nop, nop, ret
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.MapRegion(FourGiB, memory, MemoryAccess.Read | MemoryAccess.Execute);

        Assert.True(sandbox.Call<bool>("ExecMappedBuffer", FourGiB.Value, 4UL));

        GuestMemoryViolationException violation =
            Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call<bool>("WriteMappedBuffer", FourGiB.Value, 4UL));
        Assert.Equal(FourGiB, violation.Address);
        Assert.Equal(MemoryAccess.Write, violation.Access);
        Assert.Equal(MemoryAccess.Read | MemoryAccess.Execute, violation.Permitted);
    }

    // snapshot_restore_handles_remapping_correctly
    [SkippableTheory, OnEachBackend]
    public void Restore_unmaps_and_maps_again_what_the_snapshot_had(string backend)
    {
        using GuestMemoryBlock memory = PageOf("test data for snapshot"u8);
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot without = sandbox.Snapshot();
        Assert.Empty(sandbox.MappedRegions);

        sandbox.MapRegion(EightGiB, memory, MemoryAccess.Read);
        MappedRegion region = Assert.Single(sandbox.MappedRegions);
        Assert.True(sandbox.Call<bool>("CheckMapped", EightGiB.Value));
        Snapshot with = sandbox.Snapshot();

        sandbox.Restore(without);
        Assert.Empty(sandbox.MappedRegions);
        Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call<bool>("CheckMapped", EightGiB.Value));

        sandbox.Restore(with);
        Assert.Equal(region, Assert.Single(sandbox.MappedRegions));
        Assert.Equal("test"u8, sandbox.Call<byte[]>("ReadMappedBuffer", EightGiB.Value, 4UL));

        Assert.Throws<MemoryMappingException>(() => sandbox.MapRegion(EightGiB, memory, MemoryAccess.Read));
    }

    // snapshot_different_sandbox
    [SkippableTheory, OnEachBackend]
    public void A_snapshot_of_another_sandbox_is_refused(string backend)
    {
        Snapshot snapshot;
        long firstId;
        using (Sandbox first = SimpleGuest.Sandbox(backend))
        using (Sandbox second = SimpleGuest.Sandbox(backend))
        {
            Assert.NotEqual(first.Id, second.Id);
            firstId = first.Id;
            snapshot = first.Snapshot();
            SnapshotMismatchException mismatch = Assert.Throws<SnapshotMismatchException>(() => second.Restore(snapshot));
            Assert.Equal(second.Id, mismatch.SandboxId);
            Assert.Equal(SandboxStatus.Ready, second.Status);

            Assert.Throws<GuestAbortedException>(() => second.Call("guest_panic", "on purpose"));
            Assert.Throws<SnapshotMismatchException>(() => second.Restore(snapshot));
            Assert.Equal(SandboxStatus.Poisoned, second.Status);
        }

        using Sandbox third = SimpleGuest.Sandbox(backend);
        Assert.NotEqual(firstId, third.Id);
        Assert.Throws<SnapshotMismatchException>(() => third.Restore(snapshot));
    }

    private static GuestMemoryBlock PageOf(ReadOnlySpan<byte> content)
    {
        GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate((ulong)content.Length);
        content.CopyTo(block.Slice(0, content.Length));
        return block;
    }
}
