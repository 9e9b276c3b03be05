using CsCheck;

namespace SandboxActors.Machine.Tests;

public sealed class PortInstructionSpec
{
    private const ushort Dx = 0x3F8;

    private static readonly byte[] Prefixes = [0x66, 0x67, 0xF2, 0xF3, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0x40, 0x48, 0x4F];

    // Opcode, whether a byte with the port follows, size without prefix, output, string.
    private static readonly (byte Opcode, bool HasPort, int Size, bool IsOutput, bool IsString)[] Opcodes =
    [
        (0xE4, true, 1, false, false), (0xE5, true, 4, false, false), (0xE6, true, 1, true, false), (0xE7, true, 4, true, false),
        (0xEC, false, 1, false, false), (0xED, false, 4, false, false), (0xEE, false, 1, true, false), (0xEF, false, 4, true, false),
        (0x6C, false, 1, false, true), (0x6D, false, 4, false, true), (0x6E, false, 1, true, true), (0x6F, false, 4, true, true),
    ];

    [Fact]
    public void Every_form_is_read_with_any_prefixes_whatever_follows()
    {
        Gen<byte[]> somePrefixes = Gen.Int[0, Prefixes.Length - 1].Select(index => Prefixes[index]).Array[0, 13];
        Gen<int> anyOpcode = Gen.Int[0, Opcodes.Length - 1];
        Gen.Select(somePrefixes, anyOpcode, Gen.Byte, Gen.Byte.Array[0, 20]).Sample((prefixes, chosen, port, rest) =>
        {
            (byte Opcode, bool HasPort, int Size, bool IsOutput, bool IsString) form = Opcodes[chosen];
            byte[] code = form.HasPort ? [.. prefixes, form.Opcode, port, .. rest] : [.. prefixes, form.Opcode, .. rest];
            int size = form.Size == 4 && prefixes.Contains((byte)0x66) ? 2 : form.Size;
            int length = prefixes.Length + (form.HasPort ? 2 : 1);

            Assert.True(PortInstruction.TryDecode(code, Dx, out PortInstruction instruction));

            Assert.Equal(new PortInstruction(form.HasPort ? port : Dx, size, form.IsOutput, form.IsString, length), instruction);
        });
    }

    [Fact]
    public void Any_other_opcode_is_none()
    {
        var known = Opcodes.Select(form => form.Opcode).Concat(Prefixes).Concat(Enumerable.Range(0x40, 16).Select(rex => (byte)rex)).ToHashSet();
        for (int opcode = 0; opcode < 256; opcode++)
        {
            if (known.Contains((byte)opcode)) continue;
            Assert.False(PortInstruction.TryDecode([(byte)opcode, 0xEF, 0xEF], Dx, out _), $"opcode {opcode:x}");
        }
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0x66 })]
    [InlineData(new byte[] { 0xE7 })]
    [InlineData(new byte[] { 0xF0, 0xEF })]
    [InlineData(new byte[] { 0x0F, 0xEF })]
    [InlineData(new byte[] { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0xEF })]
    [InlineData(new byte[] { 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0xE7, 0x80 })]
    public void What_is_incomplete_too_long_or_locked_is_none(byte[] code) => Assert.False(PortInstruction.TryDecode(code, Dx, out _));

    [Fact]
    public void No_bytes_make_it_fail()
    {
        Gen.Byte.Array[0, 32].Sample(code =>
        {
            if (PortInstruction.TryDecode(code, Dx, out PortInstruction instruction)) Assert.InRange(instruction.Length, 1, Math.Min(code.Length, 15));
        });
    }
}
