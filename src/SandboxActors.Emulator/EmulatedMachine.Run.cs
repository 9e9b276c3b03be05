using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <content>Running the guest, and what its exits mean.</content>
internal sealed partial class EmulatedMachine
{
    private const ulong SingleStep = 1 << 14;

    /// <summary>Instructions carried out since the machine was made.</summary>
    internal ulong InstructionCount => _state.InstructionCount;

    /// <inheritdoc />
    public VmExit Run()
    {
        if (!_gate.TryEnter()) return VmExit.Interrupted;
        bool isDisposed;
        VmExit exit;
        try
        {
            exit = _isShutDown ? VmExit.Shutdown : RunUntilExit();
        }
        finally
        {
            isDisposed = _gate.Leave();
            if (isDisposed) _slots.Clear();
        }

        return exit;
    }

    private VmExit RunUntilExit()
    {
        var cpu = new Cpu(_state, _slots, _gate, _openPorts) { Limit = LimitOf(_state.InstructionCount) };
        _blocks.BeginEpoch();
        bool mustCompareAlways = _slots.HasWritableAlias;
        Block? block = null;
        try
        {
            while (!_gate.ShouldEnd && _state.InstructionCount < cpu.Limit)
            {
                if (mustCompareAlways) _blocks.BeginEpoch();
                block = null;
                block = _blocks.Get(ref cpu, _state.Rip);
                if ((_state.Flags & ProcessorFlags.Trap) != 0)
                {
                    Step(ref cpu, block);
                    return cpu.IsEnding ? cpu.Exit : Trapped();
                }

                if (mustCompareAlways || !_translator.TryRun(ref cpu, block)) RunBlock(ref cpu, block);
                if (cpu.IsEnding) return cpu.Exit;
            }
        }
        catch (ProcessorTrapException trap)
        {
            return Trap(trap, OperationAt(ref cpu, block));
        }

        if (_gate.ShouldEnd) _gate.TakeRequest();
        return VmExit.Interrupted;
    }

    private ulong LimitOf(ulong count) => _options.InstructionBudget > ulong.MaxValue - count ? ulong.MaxValue : count + _options.InstructionBudget;

    private void RunBlock(ref Cpu cpu, Block block)
    {
        Operation[] operations = block.Operations;
        ulong left = cpu.Limit - _state.InstructionCount;
        int count = left < (ulong)operations.Length ? (int)left : operations.Length;
        cpu.NextRip = count == operations.Length ? block.End : operations[count].Address;
        for (int index = 0; index < count; index++)
        {
            cpu.Index = index;
            Operation operation = operations[index];
            operation.Execute(ref cpu, operation);
        }

        _state.Rip = cpu.NextRip;
        _state.InstructionCount += (uint)count;
    }

    // The instruction that could not be done, with the time as it was before it. None if it could not even be fetched.
    private Operation? OperationAt(ref Cpu cpu, Block? block)
    {
        if (cpu.Current is { } handed) return handed;
        if (block is null) return null;
        _state.InstructionCount += (uint)cpu.Index;
        return block.Operations[cpu.Index];
    }

    // One instruction with the trap flag set before it: #DB behind it.
    private void Step(ref Cpu cpu, Block block)
    {
        Operation operation = block.Operations[0];
        cpu.Index = 0;
        cpu.NextRip = operation.Next;
        operation.Execute(ref cpu, operation);
        _state.Rip = cpu.NextRip;
        _state.InstructionCount++;
    }

    private VmExit Trapped()
    {
        _debug = _debug with { Dr6 = _debug.Dr6 | SingleStep };
        return Deliver(new GuestFault(CpuException.Debug, 0, default, new GuestAddress(_state.Rip), StackPointer));
    }

    private VmExit Trap(ProcessorTrapException trap, Operation? operation)
    {
        if (operation is not null) _state.Rip = operation.Address;
        if (trap.Exit is { } exit)
        {
            _isShutDown = true;
            return exit;
        }

        bool isStackFault = trap.IsNotCanonical && operation is { UsesStack: true };
        CpuException vector = isStackFault ? CpuException.StackSegmentFault : trap.Vector;
        // Int3 is a trap: the instruction is done.
        if (vector == CpuException.Breakpoint) _state.Rip = operation!.Next;
        bool wasToWrite = vector == CpuException.PageFault && operation is not null && WriteIntent.Has(operation);
        uint errorCode = wasToWrite ? trap.ErrorCode | Cpu.ErrorWrite : trap.ErrorCode;
        if (vector == CpuException.PageFault) _state.Special = _state.Special with { Cr2 = trap.Address };
        return Deliver(new GuestFault(vector, errorCode, new GuestAddress(trap.Address), new GuestAddress(_state.Rip), StackPointer));
    }

    // Without an interrupt table, as a host may ask for, there is nowhere to go: a triple fault.
    private VmExit Deliver(GuestFault fault)
    {
        _isShutDown = true;
        return _state.Special.InterruptDescriptorTable.Limit == 0 ? VmExit.Shutdown : VmExit.Faulted(fault);
    }

    private GuestAddress StackPointer => new(_state.General[RegisterFile.Rsp]);
}
