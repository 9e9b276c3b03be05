using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Moves to and from segment registers. A guest has two selectors, and the null selector for data.</summary>
internal static class SegmentMoves
{
    private const int CodeSegment = 1;
    private const int StackSegment = 2;
    private const int FsSegment = 4;
    private const int GsSegment = 5;
    private const int PrivilegeBits = 3;

    public static void Move(ref Cpu cpu, Operation operation)
    {
        if (operation.SourceKind == OperandKind.Segment) Store(ref cpu, operation);
        else Load(ref cpu, operation.Destination, (ushort)cpu.ReadSource(operation));
    }

    /// <summary>The selector in a segment register.</summary>
    public static ushort SelectorOf(SpecialRegisters special, int segment) => Get(special, segment).Selector;

    private static void Store(ref Cpu cpu, Operation operation)
    {
        ushort selector = SelectorOf(cpu.State.Special, operation.Source);
        if (operation.DestinationKind == OperandKind.Memory) cpu.Write(cpu.AddressOf(operation), selector);
        else cpu.WriteDestination(operation, selector);
    }

    /// <summary>Loads a segment register with a selector.</summary>
    /// <exception cref="ProcessorTrapException">#GP, with the selector: there is no such segment; #UD: CS cannot be loaded.</exception>
    public static void Load(ref Cpu cpu, int segment, ushort selector)
    {
        if (segment == CodeSegment) throw ProcessorTrapException.Undefined();
        bool isNull = (selector & ~PrivilegeBits) == 0;
        bool isData = (selector | PrivilegeBits) == InitialState.UserData && (segment != StackSegment || selector == InitialState.UserData);
        bool isCode = (selector | PrivilegeBits) == InitialState.UserCode && segment != StackSegment;
        if (!isData && !isCode && (!isNull || segment == StackSegment))
            throw ProcessorTrapException.Fault(CpuException.GeneralProtection, (uint)(selector & ~PrivilegeBits));

        SegmentRegister loaded = isNull ? new SegmentRegister { Selector = selector, Unusable = true }
            : isData ? InitialState.DataSegment with { Selector = selector }
            : cpu.State.Special.Cs with { Selector = selector };
        Set(cpu.State, segment, loaded);
    }

    private static SegmentRegister Get(SpecialRegisters special, int segment) => segment switch
    {
        0 => special.Es,
        CodeSegment => special.Cs,
        StackSegment => special.Ss,
        3 => special.Ds,
        FsSegment => special.Fs,
        _ => special.Gs,
    };

    private static void Set(ProcessorState state, int segment, SegmentRegister value)
    {
        if (segment == FsSegment) state.FsBase = 0;
        if (segment == GsSegment) state.GsBase = 0;
        state.Special = segment switch
        {
            0 => state.Special with { Es = value },
            StackSegment => state.Special with { Ss = value },
            3 => state.Special with { Ds = value },
            FsSegment => state.Special with { Fs = value },
            _ => state.Special with { Gs = value },
        };
    }
}
