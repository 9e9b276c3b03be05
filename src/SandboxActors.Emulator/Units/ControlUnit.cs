using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Jumps, calls, loops, and the ways into an exception.</summary>
internal static class ControlUnit
{
    /// <summary>#UD: undefined, or not implemented.</summary>
    public static readonly Handler Undefined = static (ref _, _) => throw ProcessorTrapException.Undefined();

    private static readonly Handler Nothing = static (ref _, _) => { };

    private static readonly Handler JumpIf = static (ref cpu, operation) =>
    {
        if (cpu.Holds(operation.Condition)) cpu.NextRip = operation.Immediate;
    };

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Jmp] = static (ref cpu, operation) => cpu.Jump(Target(ref cpu, operation));
        handlers[Mnemonic.Call] = static (ref cpu, operation) => Call(ref cpu, operation);
        handlers[Mnemonic.Ret] = static (ref cpu, operation) => Return(ref cpu, operation);
        handlers[Mnemonic.Loop] = static (ref cpu, operation) => Loop(ref cpu, operation, holds: true);
        handlers[Mnemonic.Loope] = static (ref cpu, operation) => Loop(ref cpu, operation, cpu.IsSet(ProcessorFlags.Zero));
        handlers[Mnemonic.Loopne] = static (ref cpu, operation) => Loop(ref cpu, operation, !cpu.IsSet(ProcessorFlags.Zero));
        handlers[Mnemonic.Jrcxz] = static (ref cpu, operation) => JumpIfZero(ref cpu, operation, cpu.Register(RegisterFile.Rcx));
        handlers[Mnemonic.Jecxz] = static (ref cpu, operation) => JumpIfZero(ref cpu, operation, (uint)cpu.Register(RegisterFile.Rcx));
        handlers[Mnemonic.Int3] = static (ref _, _) => throw ProcessorTrapException.Fault(CpuException.Breakpoint);
        handlers[Mnemonic.Int1] = static (ref _, _) => throw ProcessorTrapException.Fault(CpuException.Debug);
        handlers[Mnemonic.Int] = static (ref _, operation) => Interrupt(operation);
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Jo, Mnemonic.Jno, Mnemonic.Jb, Mnemonic.Jae, Mnemonic.Je, Mnemonic.Jne, Mnemonic.Jbe, Mnemonic.Ja,
            Mnemonic.Js, Mnemonic.Jns, Mnemonic.Jp, Mnemonic.Jnp, Mnemonic.Jl, Mnemonic.Jge, Mnemonic.Jle, Mnemonic.Jg,
        })
            handlers[mnemonic] = JumpIf;
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Nop, Mnemonic.Endbr64, Mnemonic.Endbr32, Mnemonic.Pause, Mnemonic.Lfence, Mnemonic.Mfence, Mnemonic.Sfence,
            Mnemonic.Prefetchnta, Mnemonic.Prefetcht0, Mnemonic.Prefetcht1, Mnemonic.Prefetcht2, Mnemonic.Prefetchw, Mnemonic.Reservednop,

            // Names that later processors gave to some of the reserved ones; CPUID reports none of them, so they do nothing.
            Mnemonic.Prefetch, Mnemonic.Prefetchwt1, Mnemonic.Prefetchit0, Mnemonic.Prefetchit1, Mnemonic.Cldemote,
            Mnemonic.Rdsspd, Mnemonic.Rdsspq,
        })
            handlers[mnemonic] = Nothing;
    }

    /// <summary>Whether an instruction that is no jump must be the last of its block: behind it something has to be looked at.</summary>
    public static bool EndsBlock(Mnemonic mnemonic) =>
        mnemonic is Mnemonic.Popf or Mnemonic.Popfq or Mnemonic.Out or Mnemonic.In or Mnemonic.Outsb or Mnemonic.Outsw or Mnemonic.Outsd
            or Mnemonic.Movsb or Mnemonic.Movsw or Mnemonic.Movsq or Mnemonic.Stosb or Mnemonic.Stosw or Mnemonic.Stosd or Mnemonic.Stosq
            or Mnemonic.Lodsb or Mnemonic.Lodsw or Mnemonic.Lodsd or Mnemonic.Lodsq or Mnemonic.Scasb or Mnemonic.Scasw or Mnemonic.Scasd or Mnemonic.Scasq
            or Mnemonic.Cmpsb or Mnemonic.Cmpsw or Mnemonic.Cmpsq;

    private static ulong Target(ref Cpu cpu, Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Immediate) return operation.Immediate;
        // A far one, through memory: there is no other code segment to go to.
        if (operation.DestinationKind == OperandKind.Memory && operation.Size != 8) throw ProcessorTrapException.Protection();
        StackUnit.CheckOperand(ref cpu, operation);
        return cpu.ReadDestination(operation);
    }

    private static void Call(ref Cpu cpu, Operation operation)
    {
        ulong target = Target(ref cpu, operation);
        if (!Cpu.IsCanonical(target))
        {
            // A stack that cannot take the address is noticed first.
            cpu.CheckWritable(cpu.Register(RegisterFile.Rsp) - 8, 8);
            throw ProcessorTrapException.Protection();
        }

        StackUnit.Push(ref cpu, operation.Next, 8);
        cpu.NextRip = target;
    }

    private static void Return(ref Cpu cpu, Operation operation)
    {
        ulong top = cpu.Register(RegisterFile.Rsp);
        cpu.Jump(cpu.Read<ulong>(top));
        cpu.Register(RegisterFile.Rsp) = top + 8 + (operation.DestinationKind == OperandKind.Immediate ? operation.Immediate : 0);
    }

    private static void Loop(ref Cpu cpu, Operation operation, bool holds)
    {
        // The counter is ECX with an address-size prefix, which a branch keeps in its source size.
        ulong count = cpu.Register(RegisterFile.Rcx) - 1;
        cpu.Register(RegisterFile.Rcx) = operation.HasAddress32 ? (uint)count : count;
        if (cpu.Register(RegisterFile.Rcx) != 0 && holds) cpu.NextRip = operation.Immediate;
    }

    private static void JumpIfZero(ref Cpu cpu, Operation operation, ulong counter)
    {
        if (counter == 0) cpu.NextRip = operation.Immediate;
    }

    // The gates of the exceptions are the kernel's: a program that names one gets #GP with its index and the IDT bit, as any other vector.
    private static void Interrupt(Operation operation) =>
        throw ProcessorTrapException.Fault(CpuException.GeneralProtection, ((uint)operation.Immediate << 3) | 2);
}
