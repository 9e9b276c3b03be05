using System.Reflection.Emit;
using Iced.Intel;
using Label = System.Reflection.Emit.Label;
using Translator = System.Action<SandboxActors.Emulator.RegionTranslator, SandboxActors.Emulator.Operation>;

namespace SandboxActors.Emulator;

/// <content>Jumps, calls, returns: inside the region branches, out of it exits.</content>
internal sealed partial class RegionTranslator
{
    // A return is compared with the places behind this many calls of the region; others are found by address, outside.
    private const int MostReturnSites = 12;

    private static void AddControl(Dictionary<Mnemonic, Translator> table)
    {
        table[Mnemonic.Jmp] = static (t, o) => t.Jump(o);
        table[Mnemonic.Call] = static (t, o) => t.Call(o);
        table[Mnemonic.Ret] = static (t, o) => t.Return(o);
        foreach (Mnemonic mnemonic in HandlerTable.Implemented.Where(FlagUse.IsJump)) table[mnemonic] = static (t, o) => t.JumpIf(o);
        foreach (Mnemonic mnemonic in new[]
        {
            Mnemonic.Nop, Mnemonic.Endbr64, Mnemonic.Pause, Mnemonic.Lfence, Mnemonic.Mfence, Mnemonic.Sfence,
            Mnemonic.Prefetchnta, Mnemonic.Prefetcht0, Mnemonic.Prefetcht1, Mnemonic.Prefetcht2, Mnemonic.Prefetchw,
        })
            table[mnemonic] = static (_, _) => { };
    }

    private void Jump(Operation operation)
    {
        if (operation.DestinationKind == OperandKind.Immediate)
        {
            _done++;
            JumpTo(operation.Immediate);
            return;
        }

        TakeTarget();
        ExitToComputed();
    }

    private void JumpIf(Operation operation)
    {
        _done++;
        PushCondition(operation.Condition);
        Label taken = PrepareJump(operation.Immediate);
        Label next = PrepareJump(operation.Next);
        _il.Branch(OpCodes.Brtrue, taken);
        _il.Branch(OpCodes.Br, next);
    }

    private void Call(Operation operation)
    {
        bool isDirect = operation.DestinationKind == OperandKind.Immediate;
        if (!isDirect) TakeTarget();
        _il.Constant(operation.Next);
        _il.Store(_result);
        PushResultOnStack();
        _done++;
        if (isDirect) JumpTo(operation.Immediate);
        else ExitToComputed();
    }

    private void Return(Operation operation)
    {
        ReadStack();
        Copy(_memory, _rip);
        RequireCanonicalTarget();
        DropFromStack(operation.DestinationKind == OperandKind.Immediate ? operation.Immediate : 0);
        _done++;
        foreach (Block block in _returnSites.Take(MostReturnSites))
        {
            Label label = PrepareJump(block.Start);
            _il.Load(_rip);
            _il.Constant(block.Start);
            _il.Branch(OpCodes.Beq, label);
        }

        ExitToComputed();
    }

    // The target of an indirect jump or call, which must be canonical.
    private void TakeTarget()
    {
        ReadMemoryOperand(PointerSize);
        PushDestination();
        _il.Store(_rip);
        RequireCanonicalTarget();
    }

    private void RequireCanonicalTarget()
    {
        _il.Load(_rip);
        _il.Call(CpuMembers.IsCanonical);
        _il.Branch(OpCodes.Brfalse, SideExit());
    }

    private void JumpTo(ulong address) => _il.Branch(OpCodes.Br, PrepareJump(address));

    // Where to branch to go on at an address: a block of the region, or an exit. Behind the block's last instruction.
    private Label PrepareJump(ulong address)
    {
        if (!_byAddress.TryGetValue(address, out RegionBlock? target)) return ExitAt(address, isSide: false);
        PassFlags(target);
        return target.Label;
    }
}
