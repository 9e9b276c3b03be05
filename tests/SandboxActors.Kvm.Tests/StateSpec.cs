using System.Buffers.Binary;
using System.Collections.Immutable;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

public sealed class StateSpec
{
    private const int McxsrOffset = 24;
    private const int XmmOffset = 160;
    private const int AvxOffset = 576;
    private const uint Lstar = 0xC000_0082;
    private const uint TscAux = 0xC000_0103;

    private static readonly GeneralRegisters DistinctRegisters = new()
    {
        Rax = 1,
        Rbx = 2,
        Rcx = 3,
        Rdx = 4,
        Rsi = 5,
        Rdi = 6,
        Rsp = 7,
        Rbp = 8,
        R8 = 9,
        R9 = 10,
        R10 = 11,
        R11 = 12,
        R12 = 13,
        R13 = 14,
        R14 = 15,
        R15 = 16,
        Rip = TestGuest.CodeStart.Value,
        Rflags = 0x8D7,
    };

    [KvmFact]
    public void A_state_that_is_written_is_read_back()
    {
        using var guest = new TestGuest([0xE7, 0xE0]);
        VcpuState start = guest.Machine.ReadState();
        VcpuState changed = start with
        {
            General = DistinctRegisters,
            Special = start.Special with { Cr2 = 0x1234, Fs = start.Special.Fs with { Base = 0x51_0000 }, Gs = start.Special.Gs with { Base = 0x52_0000 } },
            ExtendedState = Filled(start.ExtendedState),
            Debug = new DebugRegisters { Dr0 = 0x1000, Dr1 = 0x2000, Dr2 = 0x3000, Dr3 = 0x4000, Dr6 = 0xFFFF_0FF1, Dr7 = 0x401 },
            ModelSpecific = [.. start.ModelSpecific.Select(register => register.Index is Lstar or TscAux ? register with { Value = 0x77_1000 } : register)],
        };

        guest.Machine.WriteState(changed);
        VcpuState read = guest.Machine.ReadState();

        Assert.Equal(changed.General, read.General);
        Assert.Equal(changed.Special, read.Special);
        Assert.Equal(changed.Debug, read.Debug);
        Assert.Equal(changed.ExtendedControl, read.ExtendedControl);
        Assert.Equal(changed.ModelSpecific, read.ModelSpecific.AsEnumerable());
        Assert.Equal(changed.ExtendedState, read.ExtendedState.AsEnumerable());

        guest.Machine.WriteState(start);
        Assert.Equal(start, guest.Machine.ReadState());
    }

    [KvmTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whenever_a_state_is_written_the_guest_goes_on_from_exactly_there(int seed)
    {
        // 0: out; 2: out; 4: inc eax; 6: out; 8: jmp 0. Between its outputs the guest stands at 2, 4 or 8.
        using var guest = new TestGuest([0xE7, 0xE0, 0xE7, 0xE0, 0xFF, 0xC0, 0xE7, 0xE0, 0xEB, 0xF6]);
        var random = new Random(seed);
        VcpuState some = guest.Machine.ReadState();
        (int at, uint eax) = (0, (uint)some.General.Rax);
        for (int i = 0; i < 3000; i++)
        {
            switch (random.Next(4))
            {
                case 0:
                    (at, eax) = (2 * random.Next(5), (uint)random.Next());
                    guest.Machine.WriteState(some with
                    {
                        General = some.General with { Rip = TestGuest.CodeStart.Value + (ulong)at, Rax = eax },
                    });
                    break;
                case 1:
                    GeneralRegisters general = guest.General;
                    Assert.Equal((TestGuest.CodeStart.Value + (ulong)at, eax), (general.Rip, (uint)general.Rax));
                    break;
                default:
                    if (at == 4) eax++;
                    at = at switch { 0 or 8 => 2, 2 => 4, _ => 8 };
                    Assert.Equal(eax, guest.RunToOutput());
                    break;
            }
        }
    }

    [KvmFact]
    public void A_guest_sees_the_registers_that_were_written()
    {
        // out 0xE0, eax for each of: movd eax, xmm7; vextracti128 xmm0, ymm7, 1; movd eax, xmm0; fstp qword [rdi]; mov eax, [rdi]
        using var guest = new TestGuest(
            [0x66, 0x0F, 0x7E, 0xF8, 0xE7, 0xE0, 0xC4, 0xE3, 0x7D, 0x39, 0xF8, 0x01, 0x66, 0x0F, 0x7E, 0xC0, 0xE7, 0xE0, 0xDD, 0x1F, 0x8B, 0x47, 0x04, 0xE7, 0xE0]);
        VcpuState state = guest.Machine.ReadState();
        byte[] image = [.. state.ExtendedState];
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(XmmOffset + (7 * 16)), 0x1111_2222);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(AvxOffset + (7 * 16)), 0x3333_4444);
        PushOneToX87(image);
        guest.Machine.WriteState(state with { ExtendedState = [.. image], General = state.General with { Rdi = TestGuest.DataStart.Value } });

        Assert.Equal(0x1111_2222u, guest.RunToOutput());
        if ((state.ExtendedControl & 4) != 0) Assert.Equal(0x3333_4444u, guest.RunToOutput());
        Assert.Equal(0x3FF0_0000u, guest.RunToOutput());
    }

    [KvmFact]
    public void What_a_guest_left_in_vector_registers_and_control_words_is_gone_after_a_restore()
    {
        // vpcmpeqd ymm0..ymm2, same; movups xmm15, xmm0; fld1; ldmxcsr [rdi]; fldcw [rdi+4]; out 0xE0, eax
        using var guest = new TestGuest(
            [
                0xC5, 0xFD, 0x76, 0xC0, 0xC5, 0xF5, 0x76, 0xC9, 0xC5, 0xED, 0x76, 0xD2, 0x44, 0x0F, 0x10, 0xF8, 0xD9, 0xE8, 0x0F, 0xAE, 0x17, 0xD9, 0x6F, 0x04, 0xE7, 0xE0,
            ]);
        BinaryPrimitives.WriteUInt32LittleEndian(guest.Data.Slice(0, 4), 0x7F80);
        BinaryPrimitives.WriteUInt16LittleEndian(guest.Data.Slice(4, 2), 0x0C7F);
        guest.Set(general => general with { Rdi = TestGuest.DataStart.Value });
        VcpuState start = guest.Machine.ReadState();
        guest.RunToOutput();
        VcpuState dirty = guest.Machine.ReadState();
        Assert.Equal(0x7F80u, BinaryPrimitives.ReadUInt32LittleEndian(dirty.ExtendedState.AsSpan()[McxsrOffset..]));
        Assert.Equal(0x0C7F, BinaryPrimitives.ReadUInt16LittleEndian(dirty.ExtendedState.AsSpan()));
        Assert.Equal(ulong.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(dirty.ExtendedState.AsSpan()[XmmOffset..]));

        guest.Machine.WriteState(start);

        Assert.Equal(start, guest.Machine.ReadState());
        guest.RunToOutput();
        Assert.Equal(dirty.ExtendedState, guest.Machine.ReadState().ExtendedState.AsEnumerable());
    }

    [KvmFact]
    public void What_a_guest_left_in_wide_vector_registers_is_gone_after_a_restore()
    {
        // vpternlogd zmm17, zmm17, zmm17, 0xFF; kmovd k1, eax; out 0xE0, eax; vmovd eax, xmm17; out 0xE0, eax; kmovd eax, k1; out 0xE0, eax
        using var guest = new TestGuest(
            [
                0x62, 0xA3, 0x75, 0x40, 0x25, 0xC9, 0xFF, 0xC5, 0xFB, 0x92, 0xC8, 0xE7, 0xE0, 0x62, 0xE1, 0x7D, 0x08, 0x7E, 0xC8, 0xE7, 0xE0, 0xC5, 0xFB, 0x93, 0xC1, 0xE7,
                0xE0,
            ]);
        guest.Set(general => general with { Rax = 0x55 });
        VcpuState start = guest.Machine.ReadState();
        VmExit first = guest.Machine.Run();
        if (first.Kind == VmExitKind.Fault)
        {
            // The processor has no AVX-512, or it is switched off for the guest: then there is nothing to leave.
            Assert.Equal(CpuException.InvalidOpcode, first.Fault.Vector);
            return;
        }

        guest.Machine.WriteState(start with { General = start.General with { Rip = TestGuest.CodeStart.Value + 13 } });

        Assert.Equal(0u, guest.RunToOutput());
        Assert.Equal(0u, guest.RunToOutput());
    }

    [KvmFact]
    public void A_guest_that_sets_its_thread_pointer_has_it_in_the_state_and_loses_it_by_a_restore()
    {
        // wrfsbase rax; out 0xE0, eax
        using var guest = new TestGuest([0xF3, 0x48, 0x0F, 0xAE, 0xD0, 0xE7, 0xE0]);
        guest.Set(general => general with { Rax = TestGuest.DataStart.Value });
        VcpuState start = guest.Machine.ReadState();
        VmExit exit = guest.Machine.Run();
        if (exit.Kind == VmExitKind.Fault)
        {
            Assert.Equal(CpuException.InvalidOpcode, exit.Fault.Vector);
            return;
        }

        Assert.Equal(TestGuest.DataStart.Value, guest.Machine.ReadState().Special.Fs.Base);
        guest.Machine.WriteState(start);
        Assert.Equal(start, guest.Machine.ReadState());
    }

    [KvmFact]
    public void Reading_the_state_after_an_out_shows_it_completed_and_does_not_disturb_it()
    {
        // out 0xE0, eax; inc eax; out 0xE0, eax
        using var guest = new TestGuest([0xE7, 0xE0, 0xFF, 0xC0, 0xE7, 0xE0]);
        guest.RunToOutput();

        Assert.Equal(TestGuest.CodeStart.Value + 2, guest.General.Rip);
        Assert.Equal(TestGuest.CodeStart.Value + 2, guest.General.Rip);
        Assert.Equal(1u, guest.RunToOutput());
    }

    [KvmFact]
    public void An_unfinished_out_does_not_move_the_instruction_pointer_that_is_written()
    {
        // out 0xE0, eax; jmp back to it
        using var guest = new TestGuest([0xE7, 0xE0, 0xEB, 0xFC]);
        VcpuState atOut = guest.Machine.ReadState();
        for (int round = 0; round < 20; round++)
        {
            guest.RunToOutput();
            guest.Machine.WriteState(atOut);
            Assert.Equal(TestGuest.CodeStart.Value, guest.General.Rip);
            guest.RunToOutput();
            guest.Machine.WriteState(atOut with { General = atOut.General with { Rip = TestGuest.CodeStart.Value + 2, Rax = 5 } });
            Assert.Equal(5u, guest.RunToOutput());
        }
    }

    [KvmFact]
    public void An_in_that_ended_a_run_does_not_spoil_the_state_written_after_it()
    {
        // in eax, 0xE0; at 2: out 0xE0, eax
        using var guest = new TestGuest([0xE5, 0xE0, 0xE7, 0xE0]);
        VcpuState start = guest.Machine.ReadState();
        Assert.Equal(VmExitKind.PortViolation, guest.Machine.Run().Kind);

        guest.Machine.WriteState(start with { General = start.General with { Rip = TestGuest.CodeStart.Value + 2, Rax = 0xABCD } });

        Assert.Equal(0xABCDu, guest.RunToOutput());
    }

    [KvmFact]
    public void A_state_of_one_machine_can_be_written_to_another()
    {
        // mov eax, 7; out 0xE0, eax; add eax, ebx; out 0xE0, eax
        byte[] code = [0xB8, 0x07, 0, 0, 0, 0xE7, 0xE0, 0x01, 0xD8, 0xE7, 0xE0];
        using var first = new TestGuest(code);
        using var second = new TestGuest(code);
        first.Set(general => general with { Rbx = 3 });
        first.RunToOutput();

        second.Machine.WriteState(first.Machine.ReadState());

        Assert.Equal(10u, second.RunToOutput());
    }

    [KvmFact]
    public void A_debug_status_that_a_guest_left_is_gone_after_a_restore()
    {
        // push 0x102; popfq; nop
        using var guest = new TestGuest([0x68, 0x02, 0x01, 0x00, 0x00, 0x9D, 0x90, 0x90]);
        VcpuState start = guest.Machine.ReadState();
        guest.RunToFault(CpuException.Debug);

        guest.Machine.WriteState(start);

        Assert.Equal(start, guest.Machine.ReadState());
    }

    [KvmTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_debug_status_that_single_stepping_an_unfinished_out_leaves_is_gone_after_a_restore(bool readInBetween)
    {
        // push 0x102; popfq; out 0xE0, eax
        using var guest = new TestGuest([0x68, 0x02, 0x01, 0x00, 0x00, 0x9D, 0xE7, 0xE0]);
        VcpuState start = guest.Machine.ReadState();
        guest.RunToOutput();
        if (readInBetween) guest.Machine.ReadState();

        guest.Machine.WriteState(start);

        Assert.Equal(start.Debug, guest.Machine.ReadState().Debug);
    }

    [KvmFact]
    public void A_model_specific_register_that_kvm_does_not_have_is_refused()
    {
        using var guest = new TestGuest([0xE7, 0xE0]);
        VcpuState start = guest.Machine.ReadState();

        MachineException refused = Assert.Throws<MachineException>(
            () => guest.Machine.WriteState(start with { ModelSpecific = [new ModelSpecificRegister(0x1234_5678, 1)] }));

        Assert.Equal("KVM_SET_MSRS", refused.Operation);
        guest.Machine.WriteState(start);
        guest.RunToOutput();
    }

    [KvmFact]
    public void An_extended_state_of_another_size_is_refused()
    {
        using var guest = new TestGuest([0xE7, 0xE0]);

        Assert.Throws<ArgumentException>(() => guest.Machine.WriteState(guest.Machine.ReadState() with { ExtendedState = [1, 2, 3] }));
    }

    [KvmFact]
    public void The_start_state_is_CPL3_with_the_control_words_that_a_program_expects()
    {
        using var guest = new TestGuest([0xE7, 0xE0]);

        VcpuState state = guest.Machine.ReadState();

        Assert.Equal((0x33, 3, true), (state.Special.Cs.Selector, state.Special.Cs.PrivilegeLevel, state.Special.Cs.LongMode));
        Assert.Equal((0x2B, 3), (state.Special.Ss.Selector, state.Special.Ss.PrivilegeLevel));
        Assert.Equal(2UL, state.General.Rflags);
        Assert.Equal(0x1F80u, BinaryPrimitives.ReadUInt32LittleEndian(state.ExtendedState.AsSpan()[McxsrOffset..]));
        Assert.Equal(0x037F, BinaryPrimitives.ReadUInt16LittleEndian(state.ExtendedState.AsSpan()));
        Assert.Equal(0UL, state.Special.Efer & 1);
    }

    // Other values in all vector registers, with the control words and the header as they are.
    private static ImmutableArray<byte> Filled(ImmutableArray<byte> image)
    {
        byte[] filled = [.. image];
        for (int index = 0; index < 256; index++)
        {
            filled[XmmOffset + index] = (byte)(index + 1);
            filled[AvxOffset + index] = (byte)(255 - index);
        }

        return [.. filled];
    }

    private static void PushOneToX87(Span<byte> image)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(image[2..], 7 << 11); // the top of the stack is register 7
        image[4] = 1 << 7; // which is in use
        BinaryPrimitives.WriteUInt64LittleEndian(image[32..], 0x8000_0000_0000_0000);
        BinaryPrimitives.WriteUInt16LittleEndian(image[40..], 0x3FFF);
    }
}
