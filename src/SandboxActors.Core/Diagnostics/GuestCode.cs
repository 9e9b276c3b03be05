using System.Collections.Immutable;
using Iced.Intel;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>A guest's code, decoded: the image's own, and what was copied of a mapped region.</summary>
internal sealed class GuestCode(CrashEvidence evidence)
{
    private const int Bitness = 64;
    private const int LongestInstruction = 15;

    /// <summary>The instruction at an address; null where no code is known.</summary>
    public Instruction? At(GuestAddress address)
    {
        ReadOnlyMemory<byte> bytes = From(address);
        if (bytes.IsEmpty) return null;
        Instruction instruction = Decode(bytes[..Math.Min(bytes.Length, LongestInstruction)], address).First();
        return instruction.IsInvalid ? null : instruction;
    }

    /// <summary>The instructions from an address up to another, one after the other. Empty if they do not meet the end exactly.</summary>
    public ImmutableArray<Instruction> Between(GuestAddress start, GuestAddress end)
    {
        ReadOnlyMemory<byte> bytes = From(start);
        if (end <= start || (ulong)bytes.Length < end - start) return [];
        ImmutableArray<Instruction> instructions = [.. Decode(bytes[..(int)(end - start)], start)];
        return instructions.Any(static instruction => instruction.IsInvalid) ? [] : instructions;
    }

    /// <summary>Whether a call ends right in front of an address: then it can be where that call returns to.</summary>
    public bool IsBehindCall(GuestAddress address)
    {
        for (ulong length = 2; length < LongestInstruction && length <= address.Value; length++)
        {
            if (At(address - length) is not { FlowControl: FlowControl.Call or FlowControl.IndirectCall } call) continue;
            if (call.NextIP == address.Value) return true;
        }

        return false;
    }

    private ReadOnlyMemory<byte> From(GuestAddress address)
    {
        if (evidence.Map.Image.SegmentAt(address) is { } segment)
        {
            ulong offset = address - segment.Pages.Start;
            return segment.Access.HasFlag(MemoryAccess.Execute) && offset < (ulong)segment.Content.Length ? segment.Content[(int)offset..] : default;
        }

        ulong copied = address.Value - evidence.CodeStart.Value; // wraps around below the start, and is then too large
        return copied < (ulong)evidence.Code.Length ? evidence.Code.AsMemory()[(int)copied..] : default;
    }

    private static IEnumerable<Instruction> Decode(ReadOnlyMemory<byte> bytes, GuestAddress address)
    {
        var reader = new ByteArrayCodeReader(bytes.ToArray());
        var decoder = Decoder.Create(Bitness, reader, address.Value);
        while (reader.CanReadByte) yield return decoder.Decode();
    }
}
