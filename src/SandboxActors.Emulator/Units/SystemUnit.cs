using Iced.Intel;

namespace SandboxActors.Emulator;

/// <summary>Flags, the time, the processor's features; and what only a kernel may do.</summary>
internal static class SystemUnit
{
    private const ulong StatusFlags = ProcessorFlags.Sign | ProcessorFlags.Zero | ProcessorFlags.Adjust | ProcessorFlags.Parity | ProcessorFlags.Carry;

    private static readonly Handler Privileged = static (ref _, _) => throw ProcessorTrapException.Protection();

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Clc] = static (ref cpu, _) => cpu.SetFlag(ProcessorFlags.Carry, false);
        handlers[Mnemonic.Stc] = static (ref cpu, _) => cpu.SetFlag(ProcessorFlags.Carry, true);
        handlers[Mnemonic.Cmc] = static (ref cpu, _) => cpu.SetFlag(ProcessorFlags.Carry, !cpu.IsSet(ProcessorFlags.Carry));
        handlers[Mnemonic.Cld] = static (ref cpu, _) => cpu.SetFlag(ProcessorFlags.Direction, false);
        handlers[Mnemonic.Std] = static (ref cpu, _) => cpu.SetFlag(ProcessorFlags.Direction, true);
        handlers[Mnemonic.Lahf] = static (ref cpu, _) => LoadFlags(ref cpu);
        handlers[Mnemonic.Sahf] = static (ref cpu, _) => cpu.SetFlags(StatusFlags, cpu.Register(RegisterFile.Rax) >> 8);
        handlers[Mnemonic.Rdtsc] = static (ref cpu, operation) => ReadTimestamp(ref cpu, operation);
        handlers[Mnemonic.Cpuid] = static (ref cpu, _) => Cpuid(ref cpu);
        handlers[Mnemonic.Clflush] = static (ref cpu, operation) => cpu.Read<byte>(cpu.AddressOf(operation));
        handlers[Mnemonic.Ldmxcsr] = static (ref cpu, operation) => LoadMxcsr(ref cpu, operation);
        handlers[Mnemonic.Stmxcsr] = static (ref cpu, operation) => cpu.Write(cpu.AddressOf(operation), cpu.State.Mxcsr);

        // UMIP is on, so SGDT and its like are privileged too.
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Hlt, Mnemonic.Cli, Mnemonic.Sti, Mnemonic.Rdmsr, Mnemonic.Wrmsr, Mnemonic.Lgdt, Mnemonic.Lidt, Mnemonic.Ltr, Mnemonic.Lldt,
            Mnemonic.Lmsw, Mnemonic.Invlpg, Mnemonic.Swapgs, Mnemonic.Clts, Mnemonic.Wbinvd, Mnemonic.Invd, Mnemonic.Rdpmc, Mnemonic.Retf,
            Mnemonic.Iretq, Mnemonic.Iretd, Mnemonic.Iret, Mnemonic.Sgdt, Mnemonic.Sidt, Mnemonic.Sldt, Mnemonic.Str, Mnemonic.Smsw,
        })
            handlers[mnemonic] = Privileged;
    }

    private static void LoadFlags(ref Cpu cpu)
    {
        ulong flags = (cpu.State.Flags & StatusFlags) | ProcessorFlags.Reserved;
        ref ulong rax = ref cpu.Register(RegisterFile.Rax);
        rax = (rax & ~0xFF00UL) | (flags << 8);
    }

    private static void ReadTimestamp(ref Cpu cpu, Operation operation)
    {
        ulong count = cpu.State.InstructionCount + (ulong)operation.Index;
        cpu.Register(RegisterFile.Rax) = (uint)count;
        cpu.Register(RegisterFile.Rdx) = count >> 32;
    }

    private static void Cpuid(ref Cpu cpu)
    {
        CpuidLeaf leaf = CpuidTable.Find((uint)cpu.Register(RegisterFile.Rax));
        cpu.Register(RegisterFile.Rax) = leaf.Eax;
        cpu.Register(RegisterFile.Rbx) = leaf.Ebx;
        cpu.Register(RegisterFile.Rcx) = leaf.Ecx;
        cpu.Register(RegisterFile.Rdx) = leaf.Edx;
    }

    private static void LoadMxcsr(ref Cpu cpu, Operation operation)
    {
        uint value = cpu.Read<uint>(cpu.AddressOf(operation));
        if ((value & ~ExtendedStateImage.MxcsrMask) != 0) throw ProcessorTrapException.Protection();
        cpu.State.Mxcsr = value;
    }
}
