using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Each way to poison a sandbox has a reason and an exception of its own, leaves clean buffers, and is healed by restore.</summary>
public sealed class PoisonSpec
{
    [SkippableTheory, OnEachBackend]
    public void A_panic_carries_the_guests_words(string backend)
    {
        GuestAbortedException failure = Poisons<GuestAbortedException>(backend, s => s.Call("guest_panic", "on purpose"));
        Assert.Equal("on purpose", Assert.IsType<PoisonReason.Panicked>(failure.Reason).Message);
    }

    [SkippableTheory, OnEachBackend]
    public void An_abort_carries_its_code(string backend)
    {
        GuestAbortedException failure = Poisons<GuestAbortedException>(backend, s => s.Call("GuestAbortWithCode", 42));
        Assert.Equal(42, failure.Code);
        Assert.IsType<PoisonReason.Aborted>(failure.Reason);
    }

    [SkippableTheory, OnEachBackend]
    public void An_abort_carries_its_code_and_message(string backend)
    {
        GuestAbortedException failure = Poisons<GuestAbortedException>(backend, s => s.Call("GuestAbortWithMessage", 7, "grüße 🚀"));
        Assert.Equal(new PoisonReason.Aborted(7, "grüße 🚀"), failure.Reason);
    }

    [SkippableTheory, OnEachBackend]
    public void A_division_by_zero_is_a_fault_of_its_own_vector(string backend) =>
        Assert.Equal(CpuException.DivideError, Poisons<GuestFaultException>(backend, s => s.Call("DivideByZero")).Fault.Vector);

    [SkippableTheory, OnEachBackend]
    public void Reading_a_control_register_is_a_general_protection_fault(string backend) =>
        Assert.Equal(CpuException.GeneralProtection, Poisons<GuestFaultException>(backend, s => s.Call<ulong>("ReadPrivilegedRegister")).Fault.Vector);

    [SkippableTheory, OnEachBackend]
    public void Running_code_on_the_heap_is_refused_by_the_page(string backend)
    {
        GuestMemoryViolationException failure = Poisons<GuestMemoryViolationException>(backend, s => s.Call<string>("ExecuteOnHeap"));
        Assert.Equal(MemoryAccess.Execute, failure.Access);
        Assert.Equal(MemoryAccess.Read | MemoryAccess.Write, failure.Permitted);
    }

    [SkippableTheory, OnEachBackend]
    public void Memory_that_is_not_there_cannot_be_read(string backend)
    {
        GuestMemoryViolationException failure = Poisons<GuestMemoryViolationException>(backend, s => s.Call<bool>("CheckMapped", 0x3_0000_1234UL));
        Assert.Equal(new GuestAddress(0x3_0000_1234), failure.Address);
        Assert.Equal(MemoryAccess.Read, failure.Access);
        Assert.Equal(MemoryAccess.None, failure.Permitted);
    }

    [SkippableTheory, OnEachBackend]
    public void A_null_pointer_faults(string backend) =>
        Assert.Equal(new GuestAddress(0), Poisons<GuestMemoryViolationException>(backend, s => s.Call<bool>("CheckMapped", 0UL)).Address);

    [SkippableTheory]
    [OnEachBackend("StackOverflow")]
    [OnEachBackend("InfiniteRecursion")]
    [OnEachBackend("LargeVar")]
    public void Running_out_of_stack_is_a_stack_overflow(string backend, string function)
    {
        GuestStackException failure = Poisons<GuestStackException>(backend, s =>
        {
            if (function == "StackOverflow") s.Call<int>(function, int.MaxValue);
            else if (function == "LargeVar") s.Call<int>(function);
            else s.Call(function);
        });
        Assert.IsType<PoisonReason.StackOverflowed>(failure.Reason);
    }

    [SkippableTheory, OnEachBackend]
    public void A_variable_that_fits_the_stack_is_no_overflow(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Assert.Equal(1024, sandbox.Call<int>("SmallVar"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_buffer_overrun_on_the_stack_is_found_by_its_cookie(string backend)
    {
        GuestStackException failure = Poisons<GuestStackException>(backend, s => s.Call<int>("BufferOverrun", new string('x', 40)));
        Assert.IsType<PoisonReason.StackCorrupted>(failure.Reason);
    }

    [SkippableTheory, OnEachBackend]
    public void An_exhausted_heap_is_no_stack_overflow(string backend) =>
        Assert.IsType<PoisonReason.HeapExhausted>(Poisons<GuestHeapException>(backend, s => s.Call("ExhaustHeap")).Reason);

    [SkippableTheory, OnEachBackend]
    public void Asking_for_more_than_the_heap_holds_exhausts_it(string backend) =>
        Assert.IsType<PoisonReason.HeapExhausted>(Poisons<GuestHeapException>(backend, s => s.Call<int>("CallMalloc", 64 << 20)).Reason);

    [SkippableTheory, OnEachBackend("FreeTwice"), OnEachBackend("OverrunHeapBlock")]
    public void Damage_to_the_heap_is_found_by_the_allocator(string backend, string function) =>
        Assert.IsType<PoisonReason.HeapCorrupted>(Poisons<GuestHeapException>(backend, s => s.Call(function)).Reason);

    [SkippableTheory, OnEachBackend]
    public void Text_that_is_not_utf_8_is_garbage(string backend) =>
        Assert.IsType<PoisonReason.InvalidMessage>(Poisons<GuestProtocolException>(backend, s => s.Call<string>("ReturnInvalidUtf8")).Reason);

    [SkippableTheory, OnEachBackend]
    public void An_exception_with_a_full_heap_is_reported_as_itself(string backend) =>
        Poisons<GuestPoisonException>(backend, s => s.Call("FillHeapAndCauseException"), f => Assert.IsType<PoisonReason.Faulted>(f.Reason));

    [SkippableTheory]
    [OnEachBackend(0x80u)]
    [OnEachBackend(0x3F8u)]
    [OnEachBackend(0xCF8u)]
    [OnEachBackend(0xDDu)]
    [OnEachBackend(0xE8u)]
    [OnEachBackend(0xFFFFu)]
    public void A_port_that_the_guest_does_not_have_poisons(string backend, uint port)
    {
        GuestPortViolationException failure = Poisons<GuestPortViolationException>(backend, s => s.Call("OutbWithPort", port, 1u));
        Assert.Equal(port, failure.Port);
    }

    [SkippableTheory]
    [OnEachBackend(0xDEu)]
    [OnEachBackend(0xDFu)]
    [OnEachBackend(0xE0u)]
    [OnEachBackend(0xE1u)]
    [OnEachBackend(0xE4u)]
    public void A_port_of_the_guest_used_with_another_width_poisons(string backend, uint port) =>
        Assert.Equal(port, Poisons<GuestPortViolationException>(backend, s => s.Call("OutbWithPort", port, 1u)).Port);

    [SkippableTheory, OnEachBackend]
    public void A_length_beyond_the_output_buffer_poisons(string backend) =>
        Poisons<GuestProtocolException>(backend, s => s.Call("CorruptOutputSizePrefix", uint.MaxValue));

    [SkippableTheory]
    [OnEachBackend(uint.MaxValue)]
    [OnEachBackend(64u * 1024)]
    [OnEachBackend((64u * 1024) - 3)]
    public void An_offset_beyond_the_output_buffer_poisons(string backend, uint offset) =>
        Poisons<GuestProtocolException>(backend, s => s.Call("CorruptOutputOffset", offset));

    [SkippableTheory, OnEachBackend]
    public void The_input_buffer_is_read_only_to_the_guest(string backend)
    {
        GuestMemoryViolationException failure = Poisons<GuestMemoryViolationException>(backend, s => s.Call("WriteInputBufferForever"));
        Assert.Equal(MemoryAccess.Write, failure.Access);
        Assert.Equal(MemoryAccess.Read, failure.Permitted);
    }

    [SkippableTheory]
    [OnEachBackend(0UL)]
    [OnEachBackend(0x1000UL)]
    [OnEachBackend(0x4000UL)]
    public void The_machines_own_tables_cannot_be_written(string backend, ulong offset) =>
        Poisons<GuestMemoryViolationException>(backend, s => s.Call("WritePageTable", GuestAddressSpace.End.Value + offset));

    [SkippableTheory, OnEachBackend]
    public void A_killed_call_poisons(string backend)
    {
        GuestKilledException failure = Poisons<GuestKilledException>(backend, s =>
        {
            Task killer = Task.Run(async () =>
            {
                while (await s.InterruptHandle.Kill() != KillOutcome.Killed) await Task.Yield();
            });
            try
            {
                s.Call("Spin");
            }
            finally
            {
                Assert.True(killer.Wait(TimeSpan.FromSeconds(30)));
            }
        });
        Assert.IsType<PoisonReason.Killed>(failure.Reason);
    }

    private static T Poisons<T>(string backend, Action<Sandbox> call, Action<T>? check = null)
        where T : GuestPoisonException
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("SetStatic", 17);
        Snapshot snapshot = sandbox.Snapshot();

        T failure = Assert.ThrowsAny<T>(() => call(sandbox));
        check?.Invoke(failure);
        Assert.Equal(SandboxStatus.Poisoned, sandbox.Status);
        Assert.Same(failure.Reason, sandbox.PoisonReason);
        Assert.True(sandbox.BuffersAreClean);
        PoisonedSandboxException refused = Assert.Throws<PoisonedSandboxException>(() => sandbox.Call<int>("GetStatic"));
        Assert.Same(failure.Reason, refused.Reason);

        sandbox.Restore(snapshot);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
        Assert.Null(sandbox.PoisonReason);
        Assert.Equal(17, sandbox.Call<int>("GetStatic"));
        return failure;
    }
}
