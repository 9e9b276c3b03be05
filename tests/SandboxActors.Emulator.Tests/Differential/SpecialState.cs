using System.Buffers.Binary;
using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>State without which random cases of some instructions would almost never do what the instruction is for.</summary>
internal static class SpecialState
{
    private static readonly ulong[] Selectors = [0, 1, 2, 3, 0x28, 0x2B, 0x30, 0x33, 0x29, 0x32];

    // A KVM without processor support lets a guest load some of the host's own selectors, which are all below.
    private const ulong BeyondTables = 0x80;

    public static void Prepare(in Instruction instruction, RandomState state, CaseRandom random, NumberSource numbers)
    {
        ulong[] registers = state.Registers;
        Span<byte> center = state.At(state.Block + CaseLayout.MemoryCenter);
        switch (instruction.Mnemonic)
        {
            case Mnemonic.Ldmxcsr when !random.OneIn(4):
                BinaryPrimitives.WriteUInt32LittleEndian(center, (uint)random.Next(0x1_0000));
                break;
            case Mnemonic.Cmpxchg when random.OneIn(2):
                if (instruction.Op0Kind == OpKind.Register) registers[NumberOf(instruction.Op0Register)] = registers[0];
                else if (!UsesRax(in instruction)) registers[0] = BinaryPrimitives.ReadUInt64LittleEndian(center);
                break;
            case Mnemonic.Cmpxchg8b or Mnemonic.Cmpxchg16b when random.OneIn(2) && !UsesRax(in instruction):
                int size = instruction.Mnemonic == Mnemonic.Cmpxchg8b ? 4 : 8;
                registers[0] = numbers.NextInteger();
                registers[2] = numbers.NextInteger();
                BitConverter.GetBytes(registers[0]).AsSpan(0, size).CopyTo(center);
                BitConverter.GetBytes(registers[2]).AsSpan(0, size).CopyTo(center[size..]);
                break;
            case Mnemonic.Div or Mnemonic.Idiv when !random.OneIn(3) && !UsesRax(in instruction):
                registers[2] = instruction.Mnemonic == Mnemonic.Div ? (ulong)random.Next(3) : (ulong)((long)registers[0] >> 63);
                break;
            case Mnemonic.Mov when instruction.Op0Kind == OpKind.Register && instruction.Op0Register.IsSegmentRegister():
                ulong selector = random.OneIn(4) ? numbers.NextInteger() | BeyondTables : random.Choose<ulong>(Selectors);
                if (instruction.Op1Kind == OpKind.Register) registers[NumberOf(instruction.Op1Register)] = selector;
                else BinaryPrimitives.WriteUInt16LittleEndian(center, (ushort)selector);
                break;
            case Mnemonic.Pop when instruction.Op0Register.IsSegmentRegister():
                ulong popped = random.OneIn(4) ? numbers.NextInteger() | BeyondTables : random.Choose<ulong>(Selectors);
                BinaryPrimitives.WriteUInt64LittleEndian(state.At(state.Block + CaseLayout.Stack), popped);
                break;
            case Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc when instruction.Op0Kind == OpKind.Memory
                && instruction.Op1Kind == OpKind.Register:
                // A far bit, but in the case's memory; if the base is the same register, wherever that may lead.
                if (!IsBase(in instruction, instruction.Op1Register)) registers[NumberOf(instruction.Op1Register)] = (ulong)random.Next(-1500, 1500);
                break;
            case Mnemonic.Jmp or Mnemonic.Call when instruction.Op0Kind is OpKind.Register or OpKind.Memory:
                ulong target = TargetOf(state, random, numbers);
                if (instruction.Op0Kind == OpKind.Register) registers[NumberOf(instruction.Op0Register)] = target;
                else BinaryPrimitives.WriteUInt64LittleEndian(center, target);
                break;
            case Mnemonic.Ret:
                BinaryPrimitives.WriteUInt64LittleEndian(state.At(state.Block + CaseLayout.Stack), TargetOf(state, random, numbers));
                break;
            case Mnemonic.Shld or Mnemonic.Shrd when instruction.Op0Kind == OpKind.Memory
                ? instruction.MemorySize.GetSize() == 2 : instruction.Op0Register.GetSize() == 2:
                // With a count above 16 the result is undefined.
                registers[1] &= ~0x10UL;
                break;
            case Mnemonic.Enter or Mnemonic.Leave:
                registers[5] = state.Block + CaseLayout.MemoryCenter + (ulong)random.Next(-64, 64);
                break;
            case Mnemonic.Push or Mnemonic.Pop or Mnemonic.Pushf or Mnemonic.Popf when random.OneIn(16):
                registers[4] = numbers.NextInteger();
                break;
        }
    }

    // Most often the place behind the case's code; sometimes nowhere, or what cannot be an address.
    private static ulong TargetOf(RandomState state, CaseRandom random, NumberSource numbers)
    {
        ulong code = CaseLayout.CodeOf((int)((state.Block - CaseLayout.Blocks) / CaseLayout.Length));
        return random.Next(8) switch { 0 => numbers.NextInteger(), 1 => state.Block, _ => code + (CaseLayout.CodeLength / 2) };
    }

    private static bool UsesRax(in Instruction instruction) =>
        IsBase(in instruction, Register.RAX) || IsBase(in instruction, Register.RDX)
        || (instruction.Op0Kind == OpKind.Register && NumberOf(instruction.Op0Register) is 0 or 2);

    private static bool IsBase(in Instruction instruction, Register register) =>
        instruction.MemoryBase.GetFullRegister() == register.GetFullRegister()
            || instruction.MemoryIndex.GetFullRegister() == register.GetFullRegister();

    private static int NumberOf(Register register) => register.GetFullRegister() - Register.RAX;
}
