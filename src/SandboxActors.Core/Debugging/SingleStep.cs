using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// One instruction that a guest carries out by itself, with the trap flag set, and what must be known of it: what it touches, and where it has to do with
/// the flag, which is not the guest's.
/// </summary>
internal sealed class SingleStep
{
    private const ulong TrapFlag = 1 << 8;
    private const ulong DirectionFlag = 1 << 10;
    private const int Bitness = 64;
    private const int LongestInstruction = 15;

    private readonly GeneralRegisters _before;
    private readonly SpecialRegisters _special;
    private readonly Instruction _instruction;
    private readonly InstructionInfoFactory _factory;
    private ulong _repeats;

    /// <param name="view">The guest's memory.</param>
    /// <param name="before">The guest's registers.</param>
    /// <param name="special">Where its segments lie.</param>
    /// <param name="factory">What works instructions out.</param>
    public SingleStep(GuestView view, in GeneralRegisters before, SpecialRegisters special, InstructionInfoFactory factory)
    {
        _before = before;
        _special = special;
        _factory = factory;
        byte[] code = new byte[LongestInstruction];
        int length = view.Read(before.Rip, code);
        if (length > 0) _instruction = Decoder.Create(Bitness, code[..length], before.Rip).Decode();
    }

    /// <summary>The guest's registers before it.</summary>
    public GeneralRegisters Before => _before;

    /// <summary>The registers to run it with.</summary>
    public GeneralRegisters Entry => _before with { Rflags = _before.Rflags | TrapFlag };

    /// <summary>Whether the guest is trapped behind it by its own doing: it had set the flag, or the instruction is the trap.</summary>
    public bool IsTrapOfGuest => HadTrapFlag || _instruction.Mnemonic == Mnemonic.Int1;

    private bool HadTrapFlag => (_before.Rflags & TrapFlag) != 0;

    /// <summary>Takes the flag back that was set for the step, also from where the guest may have stored it.</summary>
    /// <param name="after">The registers after it.</param>
    /// <param name="view">The guest's memory.</param>
    /// <returns>The registers as they would be without the flag.</returns>
    public GeneralRegisters End(in GeneralRegisters after, GuestView view)
    {
        _repeats = unchecked(_before.Rcx - after.Rcx);
        if (_instruction.Mnemonic is Mnemonic.Pushf or Mnemonic.Pushfd or Mnemonic.Pushfq && !HadTrapFlag) ClearFlagAt(after.Rsp, view);
        bool loadsFlags = _instruction.Mnemonic is Mnemonic.Popf or Mnemonic.Popfd or Mnemonic.Popfq or Mnemonic.Iret or Mnemonic.Iretd or Mnemonic.Iretq;
        return loadsFlags ? after : WithoutOwnFlag(after);
    }

    /// <summary>Registers without the flag that was set for the step, for an instruction that could not be done.</summary>
    public GeneralRegisters WithoutOwnFlag(in GeneralRegisters registers) =>
        HadTrapFlag ? registers : registers with { Rflags = registers.Rflags & ~TrapFlag };

    /// <summary>Whether the instruction, which was carried out, touched watched memory in the way that is watched for.</summary>
    public bool Touches(Watchpoint watchpoint)
    {
        if (_instruction.IsInvalid) return false;
        foreach (UsedMemory used in _factory.GetInfo(_instruction).GetUsedMemory())
        {
            bool matches = watchpoint.Kind switch
            {
                WatchKind.Read => used.Access is OpAccess.Read or OpAccess.CondRead or OpAccess.ReadWrite or OpAccess.ReadCondWrite,
                _ => used.Access is not (OpAccess.None or OpAccess.NoMemAccess),
            };
            if (!matches || !used.TryGetVirtualAddress(0, out ulong address, Value)) continue;
            if (IsRepeated ? RepeatsOver(watchpoint, address) : watchpoint.Overlaps(address, (ulong)used.MemorySize.GetSize())) return true;
        }

        return false;
    }

    private bool IsRepeated => _instruction.IsStringInstruction && (_instruction.HasRepPrefix || _instruction.HasRepnePrefix);

    // A string instruction with a prefix goes on from element to element, up or down, as often as RCX has counted; what it touches in all has no size for Iced.
    private bool RepeatsOver(Watchpoint watchpoint, ulong address)
    {
        ulong size = (ulong)_instruction.MemorySize.GetSize();
        ulong length = unchecked(size * _repeats);
        bool isDownwards = (_before.Rflags & DirectionFlag) != 0;
        return watchpoint.Overlaps(isDownwards ? unchecked(address + size - length) : address, length);
    }

    private static void ClearFlagAt(ulong stackPointer, GuestView view)
    {
        Span<byte> flags = stackalloc byte[2];
        if (view.Read(stackPointer, flags) < flags.Length) return;
        flags[1] &= unchecked((byte)~(TrapFlag >> 8));
        view.TryWrite(stackPointer, flags);
    }

    // What Iced asks for to work out an address. Of segments only FS and GS lie anywhere but at zero.
    private bool Value(Register register, int elementIndex, int elementSize, out ulong value)
    {
        ulong whole = register.GetFullRegister() switch
        {
            Register.RAX => _before.Rax,
            Register.RBX => _before.Rbx,
            Register.RCX => _before.Rcx,
            Register.RDX => _before.Rdx,
            Register.RSI => _before.Rsi,
            Register.RDI => _before.Rdi,
            Register.RSP => _before.Rsp,
            Register.RBP => _before.Rbp,
            Register.R8 => _before.R8,
            Register.R9 => _before.R9,
            Register.R10 => _before.R10,
            Register.R11 => _before.R11,
            Register.R12 => _before.R12,
            Register.R13 => _before.R13,
            Register.R14 => _before.R14,
            Register.R15 => _before.R15,
            Register.FS => _special.Fs.Base,
            Register.GS => _special.Gs.Base,
            _ => 0,
        };
        value = register.GetSize() == sizeof(uint) ? (uint)whole : whole;
        return !register.IsVectorRegister();
    }
}
