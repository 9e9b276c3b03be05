using System.Buffers.Binary;
using System.Collections.Immutable;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

/// <summary>
/// A state that is written again is loaded in part by the guest itself, on its way; nobody can tell, and a guest can make nothing of the pages that it is
/// loaded from.
/// </summary>
public sealed class ResumeTrampolineSpec
{
    private const int XmmOffset = 160;
    private const int StoredLength = 40;
    private const ulong TrapFlag = 1 << 8;

    // mov [rdi], rax; mov [rdi+8], rdx; movups [rdi+16], xmm7; fstp qword [rdi+32]; then spoils all of them:
    // pcmpeqd xmm7, xmm7; fld1; fld1; or rax, -1; or rdx, -1; out 0xE0, eax
    private static readonly byte[] StoreAndSpoil =
    [
        0x48, 0x89, 0x07, 0x48, 0x89, 0x57, 0x08, 0x0F, 0x11, 0x7F, 0x10, 0xDD, 0x5F, 0x20,
        0x66, 0x0F, 0x76, 0xFF, 0xD9, 0xE8, 0xD9, 0xE8, 0x48, 0x83, 0xC8, 0xFF, 0x48, 0x83, 0xCA, 0xFF, 0xE7, 0xE0,
    ];

    [KvmFact]
    public void A_state_that_is_written_again_and_again_is_what_the_guest_goes_on_with()
    {
        using var guest = new TestGuest(StoreAndSpoil);
        VcpuState[] states = [State(guest, 1), State(guest, 2)];
        var random = new Random(5);
        VcpuState? latest = null;
        for (int round = 0; round < 500; round++)
        {
            // The same one mostly, so that the guest loads it itself; now and then another one, with the same image or with another.
            VcpuState state = random.Next(5) == 0 || latest is null ? states[random.Next(2)] : latest;
            if (random.Next(4) == 0) state = state with { General = state.General with { Rax = (ulong)random.NextInt64(), Rdx = (ulong)random.NextInt64() } };
            latest = state;
            guest.Machine.WriteState(state);
            if (random.Next(4) == 0) Assert.Equal(state, guest.Machine.ReadState());
            if (random.Next(4) == 0) guest.Machine.WriteState(state);
            Assert.Equal(uint.MaxValue, guest.RunToOutput());
            Assert.Equal(Expected(state), guest.Data.Slice(0, StoredLength));
            if (random.Next(4) == 0) Assert.Equal(TestGuest.CodeStart.Value + (ulong)StoreAndSpoil.Length, guest.General.Rip);
        }
    }

    [KvmFact]
    public async Task A_guest_that_is_interrupted_anywhere_on_its_way_still_goes_on_with_it()
    {
        using var guest = new TestGuest(StoreAndSpoil);
        VcpuState state = State(guest, 3);
        using var done = new CancellationTokenSource();
        Task interrupting = Task.Run(() =>
        {
            while (!done.IsCancellationRequested) guest.Machine.Interrupt();
        });
        var random = new Random(6);
        for (int round = 0; round < 2000; round++)
        {
            guest.Machine.WriteState(state);
            VmExit exit = guest.Machine.Run();
            while (exit.Kind == VmExitKind.Interrupted)
            {
                if (random.Next(3) == 0)
                {
                    // Wherever it stands: what is read is what goes on.
                    guest.Machine.WriteState(guest.Machine.ReadState());
                }

                exit = guest.Machine.Run();
            }

            Assert.Equal(VmExitKind.Output, exit.Kind);
            Assert.Equal(Expected(state), guest.Data.Slice(0, StoredLength));
        }

        await done.CancelAsync();
        await interrupting;
    }

    [KvmFact]
    public void An_instruction_of_any_length_that_is_unfinished_does_not_move_the_instruction_pointer()
    {
        for (int prefixes = 0; prefixes <= 13; prefixes++)
        {
            // out 0xE0, eax, with segment prefixes that mean nothing; then mov eax, 7; out 0xE0, eax
            byte[] code = [.. Enumerable.Repeat((byte)0x2E, prefixes), 0xE7, 0xE0, 0xB8, 7, 0, 0, 0, 0xE7, 0xE0];
            using var guest = new TestGuest(code);
            VcpuState start = guest.Machine.ReadState();
            for (int round = 0; round < 5; round++)
            {
                guest.Machine.WriteState(start with { General = start.General with { Rax = 3 } });
                Assert.Equal(3u, guest.RunToOutput());
                if (round % 2 == 0) Assert.Equal(7u, guest.RunToOutput());
            }
        }
    }

    [KvmTheory]
    [InlineData(MemoryAccess.Write, true)]
    [InlineData(MemoryAccess.Write, false)]
    [InlineData(MemoryAccess.Execute, false)]
    public void A_guest_can_neither_write_its_pages_nor_run_its_data(MemoryAccess access, bool isCode)
    {
        // mov [rdi], rax, or jmp rdi
        using var guest = new TestGuest(access == MemoryAccess.Write ? [0x48, 0x89, 0x07] : [0xFF, 0xE7]);
        GuestAddress target = isCode ? SystemLayout.ResumeCode : SystemLayout.ResumeData;
        guest.Set(general => general with { Rdi = target.Value });

        Assert.Equal(target, guest.RunToFault(CpuException.PageFault).Address);
    }

    [KvmFact]
    public void A_guest_that_goes_there_by_itself_gets_what_it_was_given_before_and_nothing_else()
    {
        // out 0xE0, eax; jmp rdi
        using var guest = new TestGuest([0xE7, 0xE0, 0xFF, 0xE7]);
        VcpuState start = guest.Machine.ReadState() is var read ? read with { General = read.General with { Rax = 5, Rdi = SystemLayout.ResumeCode.Value } } : read;
        guest.Machine.WriteState(start);
        Assert.Equal(5u, guest.RunToOutput());
        guest.Machine.WriteState(start);
        for (int round = 0; round < 10; round++)
        {
            Assert.Equal(5u, guest.RunToOutput());
            Assert.Equal(TestGuest.CodeStart.Value + 2, guest.General.Rip);
        }
    }

    [KvmFact]
    public void A_guest_that_goes_there_before_it_was_restored_faults()
    {
        // jmp rdi
        using var guest = new TestGuest([0xFF, 0xE7]);
        guest.Set(general => general with { Rdi = SystemLayout.ResumeCode.Value });

        GuestFault fault = guest.RunToFault(CpuException.PageFault);
        Assert.Equal(0UL, fault.InstructionPointer.Value);
    }

    [KvmFact]
    public void Nothing_of_a_state_before_is_there_if_the_latest_was_put_in_another_way()
    {
        // mov rax, [rdi]; out 0xE0, eax
        using var guest = new TestGuest([0x48, 0x8B, 0x07, 0xE7, 0xE0]);
        VcpuState clean = guest.Machine.ReadState();
        VcpuState secret = State(guest, 0x5EC0_DE5E);
        VcpuState look = clean with { General = clean.General with { Rdi = SystemLayout.ResumeData.Value + XmmOffset } };
        guest.Machine.WriteState(secret with { General = look.General });
        guest.RunToOutput();
        guest.Machine.WriteState(secret with { General = look.General });
        Assert.Equal(0x5EC0_DE5Eu, guest.RunToOutput());

        // Step by step is for KVM to load; and then the vCPU holds it already.
        guest.Machine.WriteState(clean with { General = clean.General with { Rflags = clean.General.Rflags | TrapFlag } });
        guest.Machine.WriteState(look);
        Assert.Equal(0u, guest.RunToOutput());
    }

    [KvmFact]
    public void What_the_guest_can_read_there_is_the_latest_state_and_nothing_of_one_before()
    {
        // again: mov rax, [rdi]; out 0xE0, eax; shr rax, 32; out 0xE0, eax; jmp again
        using var guest = new TestGuest([0x48, 0x8B, 0x07, 0xE7, 0xE0, 0x48, 0xC1, 0xE8, 0x20, 0xE7, 0xE0, 0xEB, 0xF3]);
        VcpuState clean = guest.Machine.ReadState();
        VcpuState secret = State(guest, 0x5EC0_DE5E);
        guest.Machine.WriteState(secret);
        guest.Machine.WriteState(secret);
        Assert.True(CountInData(guest, secret, 0x5EC0_DE5E) > 0);
        Assert.Equal(0, CountInData(guest, clean, 0x5EC0_DE5E));
    }

    // Reads the whole data page as the guest sees it.
    private static int CountInData(TestGuest guest, VcpuState state, uint pattern)
    {
        int found = 0;
        for (ulong offset = 0; offset < GuestAddress.PageSize; offset += 8)
        {
            guest.Machine.WriteState(state with
            {
                General = state.General with { Rip = TestGuest.CodeStart.Value, Rdi = SystemLayout.ResumeData.Value + offset },
            });
            if (guest.RunToOutput() == pattern) found++;
            if (guest.RunToOutput() == pattern) found++;
        }

        return found;
    }

    private static VcpuState State(TestGuest guest, uint pattern)
    {
        VcpuState state = guest.Machine.ReadState();
        byte[] image = [.. state.ExtendedState];
        for (int word = 0; word < 64; word++) BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(XmmOffset + (word * 4)), pattern);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(2), 7 << 11); // the top of the x87 stack is register 7
        image[4] = 1 << 7; // which is in use
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(32), 0x8000_0000_0000_0000);
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(40), 0x3FFF);
        return state with
        {
            ExtendedState = ImmutableArray.Create(image),
            General = state.General with { Rip = TestGuest.CodeStart.Value, Rdi = TestGuest.DataStart.Value, Rax = pattern * 3UL, Rdx = pattern * 5UL },
        };
    }

    private static byte[] Expected(VcpuState state)
    {
        byte[] stored = new byte[StoredLength];
        BinaryPrimitives.WriteUInt64LittleEndian(stored, state.General.Rax);
        BinaryPrimitives.WriteUInt64LittleEndian(stored.AsSpan(8), state.General.Rdx);
        state.ExtendedState.AsSpan(XmmOffset + (7 * 16), 16).CopyTo(stored.AsSpan(16));
        BinaryPrimitives.WriteDoubleLittleEndian(stored.AsSpan(32), 1);
        return stored;
    }
}
