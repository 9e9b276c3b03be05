using System.Buffers.Binary;
using System.Collections.Immutable;
using Iced.Intel;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// Finds the caller of a function that stands there without a frame of its own: in front of its first instructions, behind its last, or of a kind
/// that needs none. The frame pointer is the caller's then, and says nothing of where the function returns to; that stands on top of the stack.
/// </summary>
internal static class UnframedCaller
{
    // Longer functions are taken to have set up their frame.
    private const ulong LongestPrologue = 16 << 10;

    /// <summary>Where the innermost function returns to; null if its frame says so, or if nothing can be told.</summary>
    /// <param name="evidence">What was taken.</param>
    /// <param name="code">The guest's code.</param>
    /// <param name="instruction">Where the guest stood.</param>
    public static GuestAddress? Find(CrashEvidence evidence, GuestCode code, GuestAddress instruction)
    {
        if (BytesPushed(evidence, code, instruction) is not { } pushed) return null;
        if (pushed < 0 || pushed > evidence.StackTop.Length - sizeof(ulong)) return null;
        var candidate = new GuestAddress(BinaryPrimitives.ReadUInt64LittleEndian(evidence.StackTop.AsSpan()[(int)pushed..]));
        return code.IsBehindCall(candidate) ? candidate : null;
    }

    // How many bytes the function has on the stack above its return address; null if it has a frame.
    private static long? BytesPushed(CrashEvidence evidence, GuestCode code, GuestAddress instruction)
    {
        if (!evidence.Map.IsCode(instruction)) return 0; // called, and not arrived
        if (evidence.Map.Image.SymbolAt(instruction) is not { } function || instruction - function.Start > LongestPrologue) return null;
        if (code.At(instruction) is { FlowControl: FlowControl.Return }) return 0;

        long pushed = 0;
        bool hasFrame = false, isLeaving = false;
        ImmutableArray<Instruction> way = code.Between(function.Start, instruction);
        if (way.IsEmpty && instruction != function.Start) return null;
        foreach (Instruction passed in way)
        {
            isLeaving = hasFrame && (passed.Mnemonic == Mnemonic.Leave || IsPopOfFramePointer(passed));
            hasFrame |= SetsFramePointer(passed);
            if (passed.Mnemonic is Mnemonic.Push or Mnemonic.Pop) pushed -= passed.StackPointerIncrement;
            if (passed.Mnemonic == Mnemonic.Sub && passed.Op0Register == Register.RSP && IsImmediate(passed)) pushed += (long)passed.GetImmediate(1);
        }

        return isLeaving ? 0 : hasFrame ? null : pushed;
    }

    private static bool SetsFramePointer(in Instruction instruction) =>
        instruction is { Mnemonic: Mnemonic.Mov, Op0Register: Register.RBP, Op1Register: Register.RSP } or { Mnemonic: Mnemonic.Enter };

    private static bool IsPopOfFramePointer(in Instruction instruction) => instruction is { Mnemonic: Mnemonic.Pop, Op0Register: Register.RBP };

    private static bool IsImmediate(in Instruction instruction) => instruction.Op1Kind is >= OpKind.Immediate8 and <= OpKind.Immediate32to64;
}
