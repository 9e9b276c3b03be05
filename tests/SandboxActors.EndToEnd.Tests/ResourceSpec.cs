using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Ten thousand of each failure leave memory, descriptors, mappings and threads where they were.</summary>
[Collection(nameof(CountingAlone))]
public sealed class ResourceSpec
{
    private const int Times = 10_000;

    /// <summary>The managed heap may move by this much: less than a kilobyte for each of the ten thousand.</summary>
    private const long HeapSlack = 8 << 20;

    [SkippableTheory]
    [OnEachBackend("CorruptOutputSizePrefix", uint.MaxValue)]
    [OnEachBackend("CorruptOutputOffset", uint.MaxValue)]
    [OnEachBackend("EmitNoise", 0u)]
    [OnEachBackend("EmitNonUtf8", 0u)]
    [OnEachBackend("guest_panic", 0u)]
    [OnEachBackend("TriggerException", 0u)]
    [OnEachBackend("ExhaustHeap", 0u)]
    [OnEachBackend("InfiniteRecursion", 0u)]
    [OnEachBackend("OutbWithPort", 0x80u)]
    public void Garbage_and_crashes(string backend, string function, uint value)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        byte[] noise = new byte[64];
        var random = new Random(3);
        Repeat(() =>
        {
            Assert.ThrowsAny<GuestPoisonException>(() =>
            {
                switch (function)
                {
                    case "CorruptOutputSizePrefix" or "CorruptOutputOffset":
                        sandbox.Call(function, value);
                        break;
                    case "EmitNoise":
                        random.NextBytes(noise);
                        noise[0] |= 0xF0; // a root offset outside the message, whatever the rest is
                        noise[1] |= 0xFF;
                        sandbox.Call("EmitRaw", 0xE1u, noise, 0u);
                        break;
                    case "EmitNonUtf8":
                        sandbox.Call<string>("ReturnInvalidUtf8");
                        break;
                    case "guest_panic":
                        sandbox.Call(function, "words");
                        break;
                    case "OutbWithPort":
                        sandbox.Call(function, value, 1u);
                        break;
                    default:
                        sandbox.Call(function);
                        break;
                }
            });
            sandbox.Restore(snapshot);
        });
        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
    }

    [SkippableTheory, OnEachBackend]
    public void Host_functions_that_throw_call_back_or_answer_too_late(string backend)
    {
        Sandbox? sandbox = null;
        sandbox = SimpleGuest.Builder(backend)
            .HostFunction("Throws", long () => throw new InvalidOperationException("no"))
            .HostFunction("CallsBack", long () => sandbox!.Call<int>("GetStatic"))
            .HostFunction("FailsLater", async Task<long> () =>
            {
                await Task.Yield();
                throw new InvalidOperationException("later");
            })
            .Build();
        using (sandbox)
        {
            foreach (string function in new[] { "Throws", "CallsBack", "FailsLater" })
                Repeat(() => Assert.Throws<GuestErrorException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", function)));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Calls_that_are_killed_while_a_host_function_never_answers(string backend)
    {
        Sandbox? sandbox = null;
        sandbox = SimpleGuest.Builder(backend).HostFunction("Never", () =>
        {
            _ = sandbox!.InterruptHandle.Kill();
            return new TaskCompletionSource<long>().Task;
        }).Build();
        using (sandbox)
        {
            Snapshot snapshot = sandbox.Snapshot();
            Repeat(() =>
            {
                Assert.Throws<GuestKilledException>(() => sandbox.Call<long>("CallGivenParamlessHostFuncThatReturnsI64", "Never"));
                sandbox.Restore(snapshot);
            });
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Refused_files_sizes_calls_and_mappings(string backend)
    {
        byte[] truncated = TinyGuest.Elf([0x90])[..100];
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "mapped in vain");
        Repeat(() =>
        {
            Assert.Throws<GuestImageException>(() => GuestImage.FromBytes(truncated));
            Assert.Throws<GuestImageException>(() => GuestImage.FromFile("/no/such/guest.elf"));
            Assert.Throws<ArgumentOutOfRangeException>(() => SimpleGuest.Builder(backend).HeapSize(1));
            Assert.Throws<GuestCallRefusedException>(() => sandbox.Call("NoSuchFunction"));
            Assert.Throws<MemoryMappingException>(() => sandbox.MapRegion(new GuestAddress(1), memory, MemoryAccess.Read));
            Assert.Throws<MemoryMappingException>(() => sandbox.MapFile(file, new GuestAddress(1)));
        });
        File.Delete(file);
    }

    [SkippableTheory, OnEachBackend]
    public void Sandboxes_that_live_and_sandboxes_that_die_while_they_start(string backend)
    {
        GuestImage dying = GuestImage.FromBytes(TinyGuest.Elf([0x0F, 0x0B]));
        Repeat(
            () =>
            {
                using (Sandbox sandbox = SimpleGuest.Sandbox(backend)) sandbox.Call("NoOp");
                Assert.Throws<GuestFaultException>(new SandboxBuilder(Backends.Open(backend), dying).Build);
            },
            times: 500);
    }

    [SkippableFact]
    public void Sandboxes_whose_guests_are_inside_when_they_go()
    {
        SandboxBuilder builder = HotSandbox.Builder();
        int inside = 0;
        Repeat(
            () =>
            {
                using Sandbox sandbox = builder.Build();
                for (int i = 0; i < 40; i++) sandbox.Call("NoOp");
                if (sandbox.Exitless!.IsGuestLooking) inside++;
            },
            times: 300);
        Assert.True(inside > 0, "No guest was inside.");
    }

    private static void Repeat(Action action, int times = Times)
    {
        for (int i = 0; i < 50; i++) action(); // everything is compiled and loaded, and every page that is used is in place
        long heap = GC.GetTotalMemory(forceFullCollection: true);
        ProcessResources before = ProcessResources.Capture();
        for (int i = 0; i < times; i++) action();
        ProcessResources.AssertNoMoreThan(before);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, heap + HeapSlack);
    }
}
