using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Code around a branch that tells whether it was taken: if so, it inverts eight bytes of the case's memory.</summary>
internal static class BranchSteps
{
    /// <summary>The case's code.</summary>
    public static IReadOnlyList<CodeStep> Make(OpCodeInfo info, int slot)
    {
        int displacementLength = info.GetOpKind(0) == OpCodeOperandKind.br64_1 ? 1 : 4;
        var opcode = new List<byte>();
        if (info.AddressSize == 32) opcode.Add(0x67);
        if (info.Table == OpCodeTableKind.T0F) opcode.Add(0x0F);
        opcode.Add((byte)info.OpCode);
        return
        [
            new CodeStep([.. opcode], Target: 2, displacementLength),
            new CodeStep([0xE9], Target: 3),
            new CodeStep(Mark(slot)),
        ];
    }

    /// <summary>Inverts eight bytes at the center of the case's memory, and changes no flag: <c>not qword [address]</c>.</summary>
    public static byte[] Mark(int slot) =>
        [0x48, 0xF7, 0x14, 0x25, .. BitConverter.GetBytes((uint)(CaseLayout.BlockOf(slot) + CaseLayout.MemoryCenter))];
}
