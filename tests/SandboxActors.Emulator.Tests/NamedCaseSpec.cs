using System.Buffers.Binary;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>Instructions that the software once did otherwise than the processor, one by one.</summary>
public sealed class NamedCaseSpec
{
    private const int Center = CaseLayout.MemoryCenter - CaseLayout.Memory;
    private const ulong CenterAddress = CaseLayout.Blocks + CaseLayout.MemoryCenter;
    private const ulong StackAddress = CaseLayout.Blocks + CaseLayout.Stack;
    private const int Stack = CaseLayout.Stack - CaseLayout.Memory;
    private const ulong Nowhere = CaseLayout.End + 0x10;

    private const int Rax = 0;
    private const int Rsp = 4;
    private const int Rbp = 5;
    private const int Rdi = 7;

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0xF0, 0x01, 0x07 })] // lock add [rdi], eax
    [OnEachBackend(new byte[] { 0xC1, 0x27, 0x03 })] // shl dword [rdi], 3
    [OnEachBackend(new byte[] { 0x0F, 0xBA, 0x2F, 0x02 })] // bts dword [rdi], 2
    [OnEachBackend(new byte[] { 0x0F, 0xA4, 0x07, 0x02 })] // shld [rdi], eax, 2
    [OnEachBackend(new byte[] { 0xFF, 0x07 })] // inc dword [rdi]
    public void What_changes_memory_that_is_not_there_faults_as_a_write(string backend, byte[] code)
    {
        GuestFault fault = Fault(backend, Case(code, (Rdi, Nowhere)));
        Assert.Equal((CpuException.PageFault, 6u, new GuestAddress(Nowhere)), (fault.Vector, fault.ErrorCode, fault.Address));
    }

    [SkippableTheory, OnEachBackend]
    public void Popping_a_segment_register_loads_the_selector(string backend)
    {
        // pop fs
        Outcome outcome = Run(backend, WithStack(Case([0x0F, 0xA1]), 0x2B));
        Assert.Equal((null, StackAddress + 8), (outcome.Exit, outcome.Registers[Rsp]));
    }

    [SkippableTheory, OnEachBackend]
    public void Popping_a_selector_that_there_is_not_is_a_protection_fault_with_it(string backend)
    {
        // pop gs
        GuestFault fault = Fault(backend, WithStack(Case([0x0F, 0xA9]), 0x1238));
        Assert.Equal((CpuException.GeneralProtection, 0x1238u, new GuestAddress(StackAddress)), (fault.Vector, fault.ErrorCode, fault.StackPointer));
    }

    [SkippableTheory, OnEachBackend]
    public void A_frame_of_16_bits_is_entered_and_left(string backend)
    {
        // o16 enter 6, 0; o16 leave
        Outcome entered = Run(backend, Case([0x66, 0xC8, 0x06, 0, 0], (Rbp, 0x1111_2222_3333_4444)));
        Assert.Equal(StackAddress - 8, entered.Registers[Rsp]);
        Assert.Equal(0x1111_2222_3333_0000 | ((StackAddress - 2) & 0xFFFF), entered.Registers[Rbp]);
        Assert.Equal(0x4444, BinaryPrimitives.ReadUInt16LittleEndian(entered.Memory.AsSpan(Stack - 2)));

        Outcome left = Run(backend, WithStack(Case([0x66, 0xC9], (Rbp, StackAddress)), 0x5555));
        Assert.Equal((StackAddress + 2, (StackAddress & ~0xFFFFUL) | 0x5555), (left.Registers[Rsp], left.Registers[Rbp]));
    }

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0x0F, 0x0D, 0x07 })] // prefetch [rdi]
    [OnEachBackend(new byte[] { 0x0F, 0x18, 0x3F })] // prefetchit0 [rdi]
    [OnEachBackend(new byte[] { 0x0F, 0x1C, 0x07 })] // cldemote [rdi]
    [OnEachBackend(new byte[] { 0xF3, 0x48, 0x0F, 0x1E, 0xC8 })] // rdsspq rax, without a shadow stack
    public void A_reserved_no_operation_does_nothing_whatever_later_processors_call_it(string backend, byte[] code)
    {
        TestCase made = Case(code, (Rdi, Nowhere), (Rax, 7));
        Outcome outcome = Run(backend, made);
        Assert.Equal(Outcome.OfInput(made).Image(made), outcome.Image(made));
    }

    [SkippableTheory, OnEachBackend]
    public void A_masked_move_takes_its_mask_from_the_second_register(string backend)
    {
        // maskmovdqu xmm3, xmm1
        TestCase made = Case([0x66, 0x0F, 0xF7, 0xD9], (Rdi, CenterAddress));
        made.Vectors.AsSpan(3 * 16, 16).Fill(0x42);
        made.Vectors[16 + 5] = 0x80;
        Outcome outcome = Run(backend, made);
        Assert.Equal((0, 0x42, 0), (outcome.Memory[Center + 4], outcome.Memory[Center + 5], outcome.Memory[Center + 6]));
    }

    [SkippableTheory, OnEachBackend]
    public void A_minimum_with_a_nan_gives_the_second_operand_as_a_zero_if_subnormals_are_zeros(string backend)
    {
        // minss xmm0, xmm1
        TestCase made = Case([0xF3, 0x0F, 0x5D, 0xC1]) with { Mxcsr = 0x1FC0 };
        BinaryPrimitives.WriteUInt32LittleEndian(made.Vectors, 0x7FC0_0000);
        BinaryPrimitives.WriteUInt32LittleEndian(made.Vectors.AsSpan(16), 0x8000_0001);
        Outcome outcome = Run(backend, made);
        Assert.Equal((0x8000_0000u, 0x1FC1u), (BinaryPrimitives.ReadUInt32LittleEndian(outcome.Vectors), outcome.Mxcsr));
    }

    [SkippableTheory, OnEachBackend]
    public void An_underflow_that_is_not_masked_is_inexact_only_if_the_unbounded_result_is(string backend)
    {
        // mulsd xmm0, xmm1: the smallest normal number, and that with its last bit set, times a quarter.
        foreach ((ulong left, uint raised) in new[] { (0x0010_0000_0000_0000UL, 0x10u), (0x0010_0000_0000_0001UL, 0x10u) })
        {
            TestCase made = Case([0xF2, 0x0F, 0x59, 0xC1]) with { Mxcsr = 0x1780 };
            BinaryPrimitives.WriteUInt64LittleEndian(made.Vectors, left);
            BinaryPrimitives.WriteUInt64LittleEndian(made.Vectors.AsSpan(16), 0x3FD0_0000_0000_0000);
            Outcome outcome = Run(backend, made);
            Assert.Equal((CpuException.SimdFloatingPointError, 0x1780u | raised), (outcome.Exit!.Value.Fault.Vector, outcome.Mxcsr));
        }
    }

    [SkippableTheory, OnEachBackend]
    public void A_bit_number_in_a_register_reaches_beyond_the_operand_in_both_directions(string backend)
    {
        // bts [rdi], rax
        TestCase made = Case([0x48, 0x0F, 0xAB, 0x07], (Rdi, CenterAddress), (Rax, unchecked((ulong)-65L)));
        Assert.Equal(0x80, Run(backend, made).Memory[Center - 9]);
    }

    private static TestCase Case(byte[] code, params (int Register, ulong Value)[] registers)
    {
        ulong[] values = new ulong[16];
        values[Rsp] = StackAddress;
        foreach ((int register, ulong value) in registers) values[register] = value;
        return new TestCase
        {
            Name = "Named",
            Origin = "named",
            Slot = 0,
            Steps = [new CodeStep(code)],
            Registers = values,
            Vectors = new byte[256],
            Flags = 2,
            Mxcsr = 0x1F80,
            Memory = new byte[CaseLayout.MemoryLength],
        };
    }

    private static TestCase WithStack(TestCase made, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(made.Memory.AsSpan(Stack), value);
        return made;
    }

    private static Outcome Run(string backend, TestCase made)
    {
        using var runner = new CaseRunner(Backends.Open(backend));
        return runner.Run([made])[0];
    }

    private static GuestFault Fault(string backend, TestCase made)
    {
        VmExit exit = Assert.NotNull(Run(backend, made).Exit);
        Assert.Equal(VmExitKind.Fault, exit.Kind);
        return exit.Fault;
    }
}
