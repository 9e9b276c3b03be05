namespace SandboxActors.Machine;

/// <summary>
/// An instruction that touches an I/O port. Where the permission bitmap closes a port the processor only raises #GP; the bytes at the instruction
/// pointer then tell which port was meant.
/// </summary>
/// <param name="Port">The port, or the first of several for an access wider than a byte.</param>
/// <param name="Size">The width of one access: 1, 2 or 4 bytes.</param>
/// <param name="IsOutput">Whether it writes to the port.</param>
/// <param name="IsString">Whether it is one of the string forms, <c>ins</c> and <c>outs</c>.</param>
/// <param name="Length">The instruction's own length in bytes.</param>
internal readonly record struct PortInstruction(ushort Port, int Size, bool IsOutput, bool IsString, int Length)
{
    /// <summary>The longest instruction that a processor accepts, in bytes.</summary>
    public const int MaximumLength = 15;

    /// <summary>Reads the instruction at the start of <paramref name="code"/> in 64-bit mode (Intel SDM volume 2, IN, INS, OUT, OUTS).</summary>
    /// <param name="code">The bytes from the instruction pointer on, as many as there are; those behind the 15th are not looked at.</param>
    /// <param name="dx">The register DX, which names the port in most forms.</param>
    /// <param name="instruction">The instruction, if the result is true.</param>
    /// <returns>Whether it is one that touches a port, and complete.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> code, ushort dx, out PortInstruction instruction)
    {
        instruction = default;
        code = code[..Math.Min(code.Length, MaximumLength)];
        int position = 0;
        bool operandSizePrefix = false;
        while (position < code.Length && IsPrefix(code[position])) operandSizePrefix |= code[position++] == 0x66;
        if (position == code.Length) return false;

        byte opcode = code[position++];
        bool isString = opcode is >= 0x6C and <= 0x6F;
        bool hasPortByte = opcode is >= 0xE4 and <= 0xE7;
        if (!isString && !hasPortByte && opcode is not (>= 0xEC and <= 0xEF)) return false;
        if (hasPortByte && position == code.Length) return false;

        // In all three groups of four, bit 0 says wide and bit 1 says output.
        ushort port = hasPortByte ? code[position++] : dx;
        int size = (opcode & 1) == 0 ? 1 : operandSizePrefix ? 2 : 4;
        instruction = new PortInstruction(port, size, (opcode & 2) != 0, isString, position);
        return true;
    }

    // Operand size, address size, repeat, segment, and REX, which changes nothing here. LOCK is none: with it the instruction is #UD, not #GP.
    private static bool IsPrefix(byte value) =>
        value is 0x66 or 0x67 or 0xF2 or 0xF3 or 0x2E or 0x36 or 0x3E or 0x26 or 0x64 or 0x65 or (>= 0x40 and <= 0x4F);
}
