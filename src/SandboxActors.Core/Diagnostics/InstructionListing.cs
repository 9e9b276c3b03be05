using System.Collections.Immutable;
using Iced.Intel;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>The instruction at which a guest ended, and some on either side of it, as text.</summary>
internal sealed class InstructionListing
{
    private const int Before = 4;
    private const int Behind = 3;

    // From a function's start up to here instructions are decoded to find those before the one that is meant.
    private const ulong LongestWay = 16 << 10;

    private InstructionListing(GuestAddress marked, ImmutableArray<(GuestAddress Address, string Text)> lines) => (Marked, Lines) = (marked, lines);

    /// <summary>Where the instruction is that ended the guest.</summary>
    public GuestAddress Marked { get; }

    /// <summary>In the order of their addresses; empty where no code is known.</summary>
    public ImmutableArray<(GuestAddress Address, string Text)> Lines { get; }

    /// <summary>The one that ended the guest, as text; null where no code is known.</summary>
    public string? MarkedText => Lines.FirstOrDefault(line => line.Address == Marked).Text;

    /// <summary>Makes the listing of a guest that stood at an instruction.</summary>
    /// <param name="image">What its addresses are called.</param>
    /// <param name="code">Its code.</param>
    /// <param name="instructionPointer">Where it stood.</param>
    /// <param name="isBehind">Whether what ended it is an instruction that the processor had carried out, so that it stood right behind.</param>
    public static InstructionListing Around(GuestImage image, GuestCode code, GuestAddress instructionPointer, bool isBehind)
    {
        GuestAddress marked = isBehind ? EndingAt(code, instructionPointer) ?? instructionPointer : instructionPointer;
        var lines = ImmutableArray.CreateBuilder<(GuestAddress, string)>();
        Formatter formatter = CreateFormatter(image);
        GuestSymbol? function = image.SymbolAt(marked);
        if (function is { } known && marked - known.Start <= LongestWay)
            foreach (Instruction before in code.Between(known.Start, marked).TakeLast(Before)) lines.Add(Line(formatter, before));

        GuestAddress next = marked;
        for (int i = 0; i <= Behind && image.SymbolAt(next)?.Start == function?.Start && code.At(next) is { } instruction; i++)
        {
            lines.Add(Line(formatter, instruction));
            next = new GuestAddress(instruction.NextIP);
        }

        return new InstructionListing(marked, lines.ToImmutable());
    }

    // An out of either form or an int3: the only ones that a guest stands behind. If it stands at such a one, it has not been counted as done.
    private static GuestAddress? EndingAt(GuestCode code, GuestAddress end)
    {
        if (code.At(end) is { Mnemonic: Mnemonic.Out or Mnemonic.In or Mnemonic.Insd or Mnemonic.Outsd }) return null;
        foreach (ulong length in (ReadOnlySpan<ulong>)[2, 1])
        {
            if (end.Value < length) continue;
            GuestAddress start = end - length;
            if (code.At(start) is not { Mnemonic: Mnemonic.Out or Mnemonic.In or Mnemonic.Int3 or Mnemonic.Int1 } before) continue;
            if (before.NextIP == end.Value) return start;
        }

        return null;
    }

    private static (GuestAddress Address, string Text) Line(Formatter formatter, in Instruction instruction)
    {
        var output = new StringOutput();
        formatter.Format(instruction, output);
        return (new GuestAddress(instruction.IP), output.ToString());
    }

    private static IntelFormatter CreateFormatter(GuestImage image) => new(new FormatterOptions
    {
        HexPrefix = "0x",
        HexSuffix = string.Empty,
        UppercaseHex = false,
        SpaceAfterOperandSeparator = true,
        BranchLeadingZeros = false,
        FirstOperandCharIndex = 8,
    }, new Symbols(image));

    /// <summary>Has the formatter write an address of the image by its symbol.</summary>
    private sealed class Symbols(GuestImage image) : ISymbolResolver
    {
        public bool TryGetSymbol(
            in Instruction instruction, int operand, int instructionOperand, ulong address, int addressSize, out SymbolResult symbol)
        {
            symbol = default;
            if (image.SymbolAt(new GuestAddress(address)) is not { } found) return false;
            symbol = new SymbolResult(found.Start.Value, found.Name);
            return true;
        }
    }
}
