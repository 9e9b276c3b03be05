using System.Collections.Immutable;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What a snapshot holds and what restore brings back.</summary>
public sealed class SnapshotSpec
{
    [SkippableTheory, OnEachBackend]
    public void The_same_snapshot_is_given_while_nothing_has_changed(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot first = sandbox.Snapshot();
        Assert.Same(first, sandbox.Snapshot());
        sandbox.Restore(first);
        Assert.Same(first, sandbox.Snapshot());
        sandbox.Call("NoOp");
        Snapshot second = sandbox.Snapshot();
        Assert.NotSame(first, second);
        sandbox.Restore(first);
        Assert.Same(first, sandbox.Snapshot());
    }

    [SkippableTheory, OnEachBackend]
    public void Snapshots_can_be_restored_in_any_order_any_number_of_times(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        var snapshots = new List<Snapshot>();
        for (int i = 0; i < 5; i++)
        {
            sandbox.Call("SetStatic", i);
            snapshots.Add(sandbox.Snapshot());
        }

        var random = new Random(7);
        for (int round = 0; round < 100; round++)
        {
            int i = random.Next(snapshots.Count);
            sandbox.Restore(snapshots[i]);
            Assert.Equal(i, sandbox.Call<int>("GetStatic"));
            sandbox.Call<int>("AddToStatic", 1000);
        }
    }

    [SkippableTheory, OnEachBackend]
    public void Pages_first_written_after_the_snapshot_are_taken_back_too(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(4 << 20).Build();
        Snapshot before = sandbox.Snapshot();
        ulong address = sandbox.Call<ulong>("AllocAndWritePattern", 1UL << 20, 99u);
        Assert.True(sandbox.Call<bool>("ReadPattern", address, 1UL << 20, 99u));
        Snapshot after = sandbox.Snapshot();
        Assert.True(after.StoredBytes > before.StoredBytes);

        sandbox.Restore(before);
        Assert.All(sandbox.Call<byte[]>("ReadMappedBuffer", address, 4096UL * 8), b => Assert.Equal(0, b));
        sandbox.Restore(after);
        Assert.True(sandbox.Call<bool>("ReadPattern", address, 1UL << 20, 99u));
    }

    [SkippableTheory, OnEachBackend]
    public void Vector_debug_and_model_specific_registers_come_back(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        IVirtualMachine machine = sandbox.Machine;
        Snapshot snapshot = sandbox.Snapshot();
        VcpuState before = machine.ReadState();

        byte[] vectors = [.. before.ExtendedState];
        vectors.AsSpan(160, 256).Fill(0xAB); // XMM0 to XMM15 in the legacy area
        vectors[512] |= 2; // XSTATE_BV: SSE is in use
        machine.WriteState(before with
        {
            ExtendedState = [.. vectors],
            Debug = before.Debug with { Dr0 = 0x1234, Dr1 = 0x5678 },
            ModelSpecific = [.. before.ModelSpecific.Select(Changed)],
        });
        VcpuState changed = machine.ReadState();
        Assert.NotEqual(before.ExtendedState.AsEnumerable(), changed.ExtendedState.AsEnumerable());
        Assert.NotEqual(before.Debug, changed.Debug);
        Assert.NotEqual(before.ModelSpecific.AsEnumerable(), changed.ModelSpecific.AsEnumerable());

        sandbox.Call("NoOp"); // so that the snapshot is not current any more
        sandbox.Restore(snapshot);
        VcpuState restored = machine.ReadState();
        Assert.Equal(before.General, restored.General);
        Assert.Equal(before.Special, restored.Special);
        Assert.Equal(before.Debug, restored.Debug);
        Assert.Equal(before.ModelSpecific.AsEnumerable(), restored.ModelSpecific.AsEnumerable());
        Assert.Equal(before.ExtendedControl, restored.ExtendedControl);
        Assert.Equal(before.ExtendedState.AsEnumerable(), restored.ExtendedState.AsEnumerable());
    }

    // LSTAR, which holds any canonical address; no guest of ours can use it, so only the host can have changed it.
    private static ModelSpecificRegister Changed(ModelSpecificRegister register) =>
        register.Index == 0xC000_0082 ? register with { Value = 0x1234_5000 } : register;

    [SkippableTheory, OnEachBackend]
    public void Vector_registers_that_a_guest_used_do_not_survive_a_restore(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        ImmutableArray<byte> before = sandbox.Machine.ReadState().ExtendedState;
        sandbox.Call<bool>("UseSSE2Registers");
        Assert.False(sandbox.Machine.ReadState().ExtendedState.AsSpan(160, 256).SequenceEqual(before.AsSpan(160, 256)));
        sandbox.Restore(snapshot);
        Assert.True(sandbox.Machine.ReadState().ExtendedState.AsSpan(160, 256).SequenceEqual(before.AsSpan(160, 256)));
    }

    [SkippableTheory, OnEachBackend]
    public void A_guests_random_numbers_differ_after_every_restore_and_between_sandboxes(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        using Sandbox other = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        var seen = new HashSet<string>();
        for (int i = 0; i < 20; i++)
        {
            Assert.True(seen.Add(Convert.ToHexString(sandbox.Call<byte[]>("RandomBytes", 32u))));
            sandbox.Restore(snapshot);
        }

        Assert.True(seen.Add(Convert.ToHexString(other.Call<byte[]>("RandomBytes", 32u))));
    }

    [SkippableTheory, OnEachBackend(StatePolicy.Keep), OnEachBackend(StatePolicy.RollBackOnFailure), OnEachBackend(StatePolicy.RollBackAlways)]
    public void The_state_policy_says_what_becomes_of_a_calls_changes(string backend, StatePolicy policy)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).StatePolicy(policy).Build();
        sandbox.Call<int>("AddToStatic", 1);
        int afterSuccess = sandbox.Call<int>("GetStatic");
        Assert.Throws<GuestErrorException>(() => sandbox.Call<int>("AddToStaticAndFail"));
        int afterError = sandbox.Call<int>("GetStatic");
        Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException"));

        switch (policy)
        {
            case StatePolicy.Keep:
                Assert.Equal(1, afterSuccess);
                Assert.NotEqual(1, afterError);
                Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
                break;
            case StatePolicy.RollBackOnFailure:
                Assert.Equal(1, afterSuccess);
                Assert.Equal(1, afterError);
                Assert.Equal(1, sandbox.Call<int>("GetStatic"));
                break;
            case StatePolicy.RollBackAlways:
                Assert.Equal(0, afterSuccess);
                Assert.Equal(0, afterError);
                Assert.Equal(0, sandbox.Call<int>("GetStatic"));
                break;
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_without_trace_leaves_none_even_when_it_poisons(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("SetStatic", 3);
        Assert.Throws<GuestAbortedException>(() => sandbox.CallWithoutTrace("guest_panic", "gone"));
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
        Assert.Equal(3, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_snapshot_whose_memory_is_gone_is_refused_and_changes_nothing(string backend)
    {
        var address = new GuestAddress(0x1_0000_0000);
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Snapshot without = sandbox.Snapshot();
        GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        sandbox.MapRegion(address, memory, MemoryAccess.Read);
        Snapshot with = sandbox.Snapshot();
        sandbox.Restore(without);
        sandbox.Call("SetStatic", 8);
        memory.Dispose();

        SnapshotUnusableException refused = Assert.Throws<SnapshotUnusableException>(() => sandbox.Restore(with));
        Assert.Equal(address, refused.Region.Start);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
        Assert.Equal(8, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void An_unfinished_input_instruction_writes_nothing_into_restored_memory(string backend)
    {
        // insb is cut in two by the exit to the host: the processor's half that writes to [rdi] comes when the vCPU is next at work, which is the
        // restore.
        GuestImage image = GuestImage.FromBytes(TinyGuest.Elf(
        [
            0x48, 0x8B, 0x5F, 0x30, // mov rbx, [rdi + 48]: the heap
            0xC6, 0x03, 0x11, // mov byte [rbx], 0x11
            0x31, 0xC0, // xor eax, eax
            0xE7, 0xE0, // out 0xE0, eax: ready
            0x80, 0x3B, 0x11, // cmp byte [rbx], 0x11
            0x75, 0x08, // jne to ud2
            0x48, 0x89, 0xDF, // mov rdi, rbx
            0x66, 0xBA, 0xE0, 0x00, // mov dx, 0xE0
            0x6C, // insb
            0x0F, 0x0B, // ud2
        ]));
        using Sandbox sandbox = new SandboxBuilder(Backends.Open(backend), image).Build();
        Snapshot snapshot = sandbox.Snapshot();
        for (int round = 0; round < 3; round++)
        {
            Assert.Equal(0xE0, Assert.Throws<GuestPortViolationException>(() => sandbox.Call("Any")).Port);
            sandbox.Restore(snapshot);
        }
    }
}
