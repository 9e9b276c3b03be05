using Iced.Intel;

namespace SandboxActors.Emulator.Tests;

/// <summary>Makes an instruction of a form that has MMX registers.</summary>
internal static class MmxForms
{
    public static Instruction Make(Code form)
    {
        OpCodeInfo info = form.ToOpCode();
        var instruction = new Instruction { Code = form };
        for (int operand = 0; operand < info.OpCount; operand++) Set(ref instruction, operand, info.GetOpKind(operand));
        return instruction;
    }

    private static void Set(ref Instruction instruction, int operand, OpCodeOperandKind kind)
    {
        switch (kind)
        {
            case OpCodeOperandKind.mem or OpCodeOperandKind.mem_mib:
                instruction.SetOpKind(operand, OpKind.Memory);
                instruction.MemoryBase = Register.RDI;
                break;
            case OpCodeOperandKind.imm8:
                instruction.SetOpKind(operand, OpKind.Immediate8);
                break;
            case OpCodeOperandKind.seg_rDI:
                instruction.SetOpKind(operand, OpKind.MemorySegRDI);
                break;
            default:
                instruction.SetOpKind(operand, OpKind.Register);
                instruction.SetOpRegister(operand, RegisterFor(kind));
                break;
        }
    }

    private static Register RegisterFor(OpCodeOperandKind kind) => kind switch
    {
        OpCodeOperandKind.mm_reg or OpCodeOperandKind.mm_or_mem or OpCodeOperandKind.mm_rm => Register.MM1,
        OpCodeOperandKind.xmm_reg or OpCodeOperandKind.xmm_or_mem or OpCodeOperandKind.xmm_rm => Register.XMM1,
        OpCodeOperandKind.r64_reg or OpCodeOperandKind.r64_or_mem => Register.RAX,
        _ => Register.EAX,
    };
}
