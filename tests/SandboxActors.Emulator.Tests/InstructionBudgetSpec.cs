using Iced.Intel;
using SandboxActors.Machine;
using static Iced.Intel.AssemblerRegisters;

namespace SandboxActors.Emulator.Tests;

/// <summary>A run may be given a number of instructions; it takes exactly so many, and nothing that the guest computes depends on it.</summary>
public sealed class InstructionBudgetSpec
{
    // Early enough that most of the guest's run is translated code.
    private const int Early = 4;

    /// <summary>Budgets with and without translation.</summary>
    public static TheoryData<ulong, int> Budgets
    {
        get
        {
            var data = new TheoryData<ulong, int>();
            foreach (ulong budget in new ulong[] { 1, 2, 7, 64, 1_000, 65_536 })
            {
                data.Add(budget, Early);
                data.Add(budget, EmulatorOptions.Never);
            }

            return data;
        }
    }

    [Theory, MemberData(nameof(Budgets))]
    public void A_run_ends_after_exactly_as_many_instructions_as_it_may_take(ulong budget, int translateAfter)
    {
        (ulong expectedCount, GeneralRegisters expected) = RunWhole(EmulatorOptions.Never);
        using var guest = new BareGuest(Open(budget, translateAfter), Program());
        var machine = (EmulatedMachine)guest.Machine;

        ulong count = 0;
        VmExit exit = machine.Run();
        while (exit.Kind == VmExitKind.Interrupted)
        {
            count += budget;
            Assert.Equal(count, machine.InstructionCount);
            exit = machine.Run();
        }

        Assert.Equal((VmExitKind.Output, expectedCount), (exit.Kind, machine.InstructionCount));
        Assert.Equal(expected, guest.General);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(Early)]
    [InlineData(1_000)]
    public void Translated_or_not_the_same_number_of_instructions_ends_in_the_same_state(int translateAfter) =>
        Assert.Equal(RunWhole(EmulatorOptions.Never), RunWhole(translateAfter));

    [Fact]
    public void A_budget_of_nothing_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmulatedHypervisor(new EmulatorOptions { InstructionBudget = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new EmulatedHypervisor(new EmulatorOptions { TranslateAfter = 0 }));
    }

    private static (ulong Count, GeneralRegisters General) RunWhole(int translateAfter)
    {
        using var guest = new BareGuest(Open(ulong.MaxValue, translateAfter), Program());
        guest.RunToOutput();
        return (((EmulatedMachine)guest.Machine).InstructionCount, guest.General);
    }

    private static EmulatedHypervisor Open(ulong budget, int translateAfter) =>
        new(new EmulatorOptions { InstructionBudget = budget, TranslateAfter = translateAfter });

    // Loops, a call, branches that go both ways, the stack, a repeated string instruction, and something that has no translation.
    private static byte[] Program()
    {
        var code = new Assembler(64);
        Label loop = code.CreateLabel();
        Label odd = code.CreateLabel();
        Label next = code.CreateLabel();
        Label mix = code.CreateLabel();
        Label end = code.CreateLabel();
        code.mov(ebx, 500);
        code.xor(eax, eax);
        code.Label(ref loop);
        code.add(eax, ebx);
        code.imul(eax, eax, 31);
        code.call(mix);
        code.test(eax, 1);
        code.jne(odd);
        code.xchg(__qword_ptr[BareGuest.Data.Value], rax);
        code.xadd(__qword_ptr[BareGuest.Data.Value], rax);
        code.jmp(next);
        code.Label(ref odd);
        code.rcl(rax, 3);
        code.Label(ref next);
        code.mov(rdi, (BareGuest.Data + 64).Value);
        code.mov(ecx, 37);
        code.rep.stosb();
        code.dec(ebx);
        code.jne(loop);
        code.jmp(end);
        code.Label(ref mix);
        code.push(rax);
        code.ror(rax, 13);
        code.xor(rdx, rax);
        code.sbb(rsi, rdx);
        code.pop(r8);
        code.ret();
        code.Label(ref end);
        code.@out(BareGuest.Port, eax);
        using var stream = new MemoryStream();
        code.Assemble(new StreamCodeWriter(stream), BareGuest.Code.Value);
        return stream.ToArray();
    }
}
