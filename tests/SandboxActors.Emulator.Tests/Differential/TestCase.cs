using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Some instructions with everything they may look at.</summary>
internal sealed record TestCase
{
    /// <summary>The instruction's form, or what kind of sequence it is.</summary>
    public required string Name { get; init; }

    /// <summary>What it was made of, so that it can be made again.</summary>
    public required string Origin { get; init; }

    /// <summary>Its place in its batch, from which its addresses follow.</summary>
    public required int Slot { get; init; }

    public required IReadOnlyList<CodeStep> Steps { get; init; }

    /// <summary>The sixteen general registers in the order of their numbers.</summary>
    public required ulong[] Registers { get; init; }

    /// <summary>256 bytes: XMM0 to XMM15.</summary>
    public required byte[] Vectors { get; init; }

    public required ulong Flags { get; init; }

    public required uint Mxcsr { get; init; }

    /// <summary>What the memory holds, from <see cref="CaseLayout.Memory"/> to the end of the block.</summary>
    public required byte[] Memory { get; init; }

    /// <summary>The bits of RFLAGS that the instructions leave undefined.</summary>
    public ulong UndefinedFlags { get; init; }

    /// <summary>Those that one of the instructions may leave undefined, if a fault ends the case somewhere on the way.</summary>
    public ulong UndefinedFlagsOfFault { get; init; }

    /// <summary>Whether an instruction among them is one whose #GP a KVM without processor support may report as another fault.</summary>
    public bool MayHideProtection { get; init; }

    public ulong Block => CaseLayout.BlockOf(Slot);

    /// <summary>The instructions' bytes.</summary>
    public byte[] Code => CodeStep.Assemble(Steps);

    /// <summary>The instructions as an assembler writes them, one a line.</summary>
    public string Disassemble()
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(Code), CaseLayout.CodeOf(Slot));
        var formatter = new NasmFormatter();
        var output = new StringOutput();
        var lines = new List<string>();
        ulong end = decoder.IP + (ulong)Code.Length;
        while (decoder.IP < end)
        {
            decoder.Decode(out Instruction instruction);
            formatter.Format(in instruction, output);
            lines.Add($"{instruction.IP:x}  {output.ToStringAndReset()}");
        }

        return string.Join(Environment.NewLine, lines);
    }
}
