using SandboxActors.Core;
using SandboxActors.Core.Debugging;
using SandboxActors.Core.Machines;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Guests of a few instructions under the debugger's machine: what is stepped, watched and stopped at, and that the guest does not see it.</summary>
public sealed class DebuggedMachineSpec : IDisposable
{
    private const ulong TrapFlag = 0x100;
    private static readonly GuestAddress Code = new(0x40_0000);
    private MicroVm? _vm;

    public void Dispose() => _vm?.Dispose();

    [SkippableTheory, OnEachBackend]
    public void Flags_that_a_guest_stores_while_it_is_stepped_have_no_trap_flag(string backend)
    {
        DebuggedMachine machine = Start(backend, 0x9C, 0x58, 0x66, 0x9C, 0x66, 0x59, 0x0F, 0x0B); // pushf; pop rax; pushfw; pop cx; ud2
        Step(machine, 4);
        GeneralRegisters registers = machine.ReadGuestRegisters();
        Assert.Equal((Code + 6).Value, registers.Rip);
        Assert.Equal((0UL, 0UL, 0UL), (registers.Rax & TrapFlag, registers.Rcx & TrapFlag, registers.Rflags & TrapFlag));
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_traps_itself_gets_its_own_trap_stepped_or_not(string backend)
    {
        byte[] code = [0x68, 0x02, 0x01, 0x00, 0x00, 0x9D, 0x90, 0x90, 0x0F, 0x0B]; // push 0x102; popf; nop; nop; ud2
        DebuggedMachine stepped = Start(backend, code);
        Step(stepped, 2);
        Assert.Equal(TrapFlag, stepped.ReadGuestRegisters().Rflags & TrapFlag);
        Step(stepped, 1);
        Assert.Equal((Code + 7).Value, stepped.ReadGuestRegisters().Rip);
        stepped.Resume(Resumption.Free);
        VmExit byStep = stepped.Run();
        Dispose();

        DebuggedMachine free = Start(backend, code);
        free.Resume(Resumption.Free);
        Assert.Equal(DebugSignal.Trap, RunToStop(free).Signal);
        free.Resume(Resumption.Free);
        VmExit freely = free.Run();

        Assert.Equal(CpuException.Debug, freely.Fault.Vector);
        Assert.Equal((freely.Fault.Vector, freely.Fault.InstructionPointer), (byStep.Fault.Vector, byStep.Fault.InstructionPointer));
    }

    [SkippableTheory, OnEachBackend]
    public void What_stepping_does_to_the_processor_is_in_no_state_that_is_read(string backend)
    {
        DebuggedMachine machine = Start(backend, 0x90, 0x90, 0x90, 0x0F, 0x0B);
        VcpuState before = machine.ReadState();
        Step(machine, 3);
        VcpuState after = machine.ReadState();
        Assert.Equal(before with { General = before.General with { Rip = (Code + 3).Value } }, after);
    }

    [SkippableTheory, OnEachBackend]
    public void A_fault_met_by_a_step_shows_the_registers_without_the_flag(string backend)
    {
        DebuggedMachine machine = Start(backend, 0x90, 0x0F, 0x0B);
        Step(machine, 1);
        machine.Resume(new Resumption(IsStep: true, 0, 0, 0));
        Assert.Equal(DebugSignal.Illegal, RunToStop(machine).Signal);
        Assert.Equal(0UL, machine.ReadGuestRegisters().Rflags & TrapFlag);
        Assert.Equal((Code + 1).Value, machine.ReadGuestRegisters().Rip);
    }

    [SkippableTheory]
    [OnEachBackend(0, 8, StopCause.Read)] // rep movsb reads from rsi on
    [OnEachBackend(7, 1, StopCause.Read)]
    [OnEachBackend(8, 1, StopCause.Signal)] // one byte behind
    [OnEachBackend(64, 1, StopCause.Signal)] // what it writes is not read
    [OnEachBackend(-1, 1, StopCause.Signal)]
    public void A_string_instruction_reads_as_much_as_it_repeats(string backend, int offset, int length, object cause)
    {
        DebuggedMachine machine = Start(backend, 0xF3, 0xA4, 0x0F, 0x0B); // rep movsb; ud2
        ulong data = _vm!.Memory.Layout.Heap.Start.Value + 128;
        Set(machine, general => general with { Rsi = data, Rdi = data + 64, Rcx = 8 });
        Assert.True(machine.Watchpoints.TryAdd(new Watchpoint(data + (ulong)(long)offset, length, WatchKind.Read)));
        machine.Resume(Resumption.Free);
        StopReason reason = RunToStop(machine);
        Assert.Equal(((StopCause)cause, (StopCause)cause == StopCause.Signal ? DebugSignal.Illegal : DebugSignal.Trap), (reason.Cause, reason.Signal));
    }

    [SkippableTheory, OnEachBackend]
    public void Pushes_and_calls_are_writes_and_a_write_of_the_same_is_an_access_but_no_change(string backend)
    {
        DebuggedMachine machine = Start(backend, 0x50, 0x0F, 0x0B); // push rax; ud2
        ulong place = machine.ReadGuestRegisters().Rsp - 8;
        Assert.True(machine.Watchpoints.TryAdd(new Watchpoint(place, 8, WatchKind.Write)));
        machine.Resume(Resumption.Free);
        Assert.Equal(DebugSignal.Illegal, RunToStop(machine).Signal); // rax is zero, and so was the stack
        Dispose();

        machine = Start(backend, 0x50, 0x0F, 0x0B);
        Assert.True(machine.Watchpoints.TryAdd(new Watchpoint(place, 8, WatchKind.Access)));
        machine.Resume(Resumption.Free);
        Assert.Equal(new StopReason(DebugSignal.Trap, StopCause.Access, place), RunToStop(machine));
        Assert.Equal((Code + 1).Value, machine.ReadGuestRegisters().Rip);
    }

    [SkippableTheory, OnEachBackend]
    public void A_breakpoint_in_a_loop_is_met_each_time_round_and_its_byte_is_never_seen(string backend)
    {
        // loop: mov al, [rip - 6] reads its own first byte; inc rbx; jmp loop
        DebuggedMachine machine = Start(backend, 0x8A, 0x05, 0xFA, 0xFF, 0xFF, 0xFF, 0x48, 0xFF, 0xC3, 0xEB, 0xF5);
        Assert.True(machine.Breakpoints.TryAdd(machine.View, Code.Value, BreakpointKinds.Software));
        for (ulong round = 1; round <= 5; round++)
        {
            machine.Resume(Resumption.Free);
            Assert.Equal(StopCause.SoftwareBreakpoint, RunToStop(machine).Cause);
            Assert.Equal((Code.Value, round), (machine.ReadGuestRegisters().Rip, machine.ReadGuestRegisters().Rbx));
            byte[] first = new byte[1];
            Assert.Equal(1, machine.View.Read(Code.Value, first));
            Assert.Equal(0x8A, first[0]);
        }

        Assert.Equal(0x8AUL, machine.ReadGuestRegisters().Rax & 0xFF); // it was read in the step over the breakpoint
    }

    [SkippableTheory, OnEachBackend]
    public void A_kill_of_a_guest_that_is_stepped_for_ever_ends_it(string backend)
    {
        DebuggedMachine machine = Start(backend, 0xEB, 0xFE); // jmp to itself
        Assert.True(machine.Watchpoints.TryAdd(new Watchpoint(_vm!.Memory.Layout.Heap.Start.Value, 8, WatchKind.Write)));
        machine.Resume(Resumption.Free);
        Task<VmExit> run = Task.Run(machine.Run);
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                machine.Interrupt();
                return run.IsCompleted;
            },
            DebuggedGuest.Patience));
        Assert.Equal(VmExitKind.Interrupted, run.Result.Kind);
        Assert.Null(machine.Hold);
    }

    // At its first instruction, stopped.
    private DebuggedMachine Start(string backend, params byte[] code)
    {
        SandboxBuilder builder = new SandboxBuilder(Backends.Open(backend), GuestImage.FromBytes(TinyGuest.Elf(code))).Debug(new DebugOptions());
        _vm = MicroVm.Create(builder.Parts.Shape);
        _vm.LoadStart(GuestLogLevel.None);
        DebuggedMachine machine = _vm.Debugged!;
        machine.Attach(DebugSignal.Trap);
        machine.StopAtRest();
        Assert.Equal(Code.Value, machine.ReadGuestRegisters().Rip);
        return machine;
    }

    private static void Set(DebuggedMachine machine, Func<GeneralRegisters, GeneralRegisters> change)
    {
        VcpuState state = machine.ReadState();
        machine.WriteByDebugger(state with { General = change(state.General) });
    }

    private static void Step(DebuggedMachine machine, int times)
    {
        for (int i = 0; i < times; i++)
        {
            machine.Resume(new Resumption(IsStep: true, 0, 0, 0));
            Assert.Equal(DebugSignal.Trap, RunToStop(machine).Signal);
        }
    }

    private static StopReason RunToStop(DebuggedMachine machine)
    {
        Assert.Equal(VmExitKind.Interrupted, machine.Run().Kind);
        return machine.Hold!.Reason;
    }
}
