using System.Globalization;
using System.Text;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Says what a case is and what two machines made of it, so that it can be copied into a named test.</summary>
internal static class CaseText
{
    private static readonly string[] Names =
        ["RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"];

    /// <summary>Everything about a difference.</summary>
    public static string Difference(TestCase made, Outcome expected, Outcome actual, string expectedFrom = "KVM", string actualFrom = "software")
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{made.Name} ({made.Origin}, slot {made.Slot}, undefined flags 0x{made.UndefinedFlags:x}):");
        text.AppendLine(made.Disassemble());
        text.AppendLine("In:");
        text.AppendLine(CultureInfo.InvariantCulture, $"  RFLAGS {made.Flags:x} MXCSR {made.Mxcsr:x} block {made.Block:x} center {made.Block + CaseLayout.MemoryCenter:x}");
        text.AppendLine("  " + string.Join(' ', made.Registers.Select((value, i) => $"{Names[i]} {value:x}")));
        for (int i = 0; i < 16; i++) text.AppendLine(CultureInfo.InvariantCulture, $"  XMM{i} {Vector(made.Vectors, i)}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  memory at the center {Convert.ToHexString(made.Memory.AsSpan(CaseLayout.MemoryCenter - CaseLayout.Memory, 32))}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Different ({expectedFrom} / {actualFrom}):");
        foreach (string line in Lines(made, expected, actual)) text.AppendLine("  " + line);
        text.AppendLine("As a named test:");
        text.AppendLine(NamedTest(made));
        return text.ToString();
    }

    /// <summary>What is different, a line each.</summary>
    public static IEnumerable<string> Lines(TestCase made, Outcome expected, Outcome actual)
    {
        if (Ending(made, expected) != Ending(made, actual)) yield return $"ending: {Ending(made, expected)} / {Ending(made, actual)}";
        ulong flags = expected.ComparedFlags(made);
        ulong otherFlags = actual.ComparedFlags(made);
        if (flags != otherFlags) yield return $"RFLAGS: {flags:x} / {otherFlags:x}";
        if (expected.Mxcsr != actual.Mxcsr) yield return $"MXCSR: {expected.Mxcsr:x} / {actual.Mxcsr:x}";
        for (int i = 0; i < 16; i++)
        {
            if (expected.Registers[i] != actual.Registers[i]) yield return $"{Names[i]}: {expected.Registers[i]:x} / {actual.Registers[i]:x}";
            if (Vector(expected.Vectors, i) != Vector(actual.Vectors, i))
                yield return $"XMM{i}: {Vector(expected.Vectors, i)} / {Vector(actual.Vectors, i)}";
        }

        byte[] memory = expected.MaskedMemory(made);
        byte[] otherMemory = actual.MaskedMemory(made);
        for (int i = 0; i < memory.Length; i++)
        {
            if (memory[i] != otherMemory[i])
                yield return $"[center{i - (CaseLayout.MemoryCenter - CaseLayout.Memory):+0;-0;+0}]: {memory[i]:x2} / {otherMemory[i]:x2}";
        }
    }

    private static string Ending(TestCase made, Outcome outcome) => outcome.Exit switch
    {
        null => "came to its end",
        { Kind: VmExitKind.Fault } exit =>
            $"{outcome.ComparedVector(made)}, error code {exit.Fault.ErrorCode:x}, address {exit.Fault.Address}, at {exit.Fault.InstructionPointer}",
        { Kind: VmExitKind.PortViolation } exit => $"{exit.Kind}, port {exit.Port:x}",
        { } exit => $"{exit.Kind}, port {exit.Port:x}, value {exit.Value:x}, address {exit.Address}",
    };

    // Little-endian bytes as one number, as a debugger shows it.
    private static string Vector(byte[] vectors, int number) => Convert.ToHexString([.. vectors.Skip(16 * number).Take(16).Reverse()]);

    private static string NamedTest(TestCase made)
    {
        string code = string.Join(", ", made.Code.Select(value => $"0x{value:X2}"));
        string registers = string.Join(", ", made.Registers.Select(value => $"0x{value:X}"));
        return $"""
                [SkippableFact]
                public void {made.Name}_TELLS_WHAT() => IsTheSameOnBoth(
                    [{code}],
                    slot: {made.Slot}, flags: 0x{made.Flags:X}, mxcsr: 0x{made.Mxcsr:X}, undefinedFlags: 0x{made.UndefinedFlags:X},
                    registers: [{registers}],
                    vectors: "{Packed(made.Vectors)}",
                    memory: "{Packed(made.Memory)}");
            """;
    }

    private static string Packed(byte[] bytes) =>
        bytes.AsSpan().IndexOfAnyExcept((byte)0) < 0 ? string.Empty : Convert.ToHexString(bytes).TrimEnd('0');
}
