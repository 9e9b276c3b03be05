using Iced.Intel;
using static Iced.Intel.AssemblerRegisters;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// The guest code around the cases: it loads a case's state, jumps to it, saves the state that the case leaves, and goes on to the next one;
/// behind the
/// last it writes to the port.
/// </summary>
internal sealed class DriverCode
{
    /// <summary>The port it writes to when all cases are done.</summary>
    public const byte Port = 0xE0;

    private const long Current = (long)CaseLayout.Control;
    private const long Target = Current + 8;
    private const long SavedRbx = Current + 16;
    private const long SavedRsp = Current + 24;
    private const long Scratch = Current + 1024;

    private static readonly AssemblerRegister64[] General = [rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15];

    private static readonly AssemblerRegisterXMM[] Vector =
        [xmm0, xmm1, xmm2, xmm3, xmm4, xmm5, xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    private DriverCode(byte[] bytes, ulong save, ulong next)
    {
        Bytes = bytes;
        Save = save;
        Next = next;
    }

    /// <summary>The code every batch has.</summary>
    public static DriverCode Instance { get; } = Make();

    public byte[] Bytes { get; }

    /// <summary>Where a case goes that is done.</summary>
    public ulong Save { get; }

    /// <summary>Where the guest is run on from behind a case that ended with a fault.</summary>
    public ulong Next { get; }

    /// <summary>The offset in the control page of the address of the block at work.</summary>
    public static int CurrentOffset => 0;

    private static DriverCode Make()
    {
        var code = new Assembler(64);
        Label load = code.CreateLabel();
        Label save = code.CreateLabel();
        Label next = code.CreateLabel();
        code.Label(ref load);
        EmitLoad(code);
        code.Label(ref save);
        EmitSave(code);
        code.Label(ref next);
        code.mov(rbx, __qword_ptr[Current]);
        code.mov(rbx, __qword_ptr[rbx + CaseLayout.Next]);
        code.mov(__qword_ptr[Current], rbx);
        code.test(rbx, rbx);
        code.jne(load);
        code.@out(Port, eax);

        using var stream = new MemoryStream();
        AssemblerResult result = code.Assemble(new StreamCodeWriter(stream), CaseLayout.Driver, BlockEncoderOptions.ReturnNewInstructionOffsets);
        return new DriverCode(stream.ToArray(), result.GetLabelRIP(save), result.GetLabelRIP(next));
    }

    private static void EmitLoad(Assembler code)
    {
        code.mov(rbx, __qword_ptr[Current]);
        code.mov(rax, __qword_ptr[rbx + CaseLayout.Instruction]);
        code.mov(__qword_ptr[Target], rax);
        for (int i = 0; i < Vector.Length; i++) code.movups(Vector[i], __xmmword_ptr[rbx + (CaseLayout.VectorsIn + (16 * i))]);
        code.ldmxcsr(__dword_ptr[rbx + CaseLayout.MxcsrIn]);
        code.mov(rsp, Scratch);
        code.push(__qword_ptr[rbx + CaseLayout.FlagsIn]);
        code.popfq();
        for (int i = 0; i < General.Length; i++)
        {
            if (i != 3) code.mov(General[i], __qword_ptr[rbx + (CaseLayout.RegistersIn + (8 * i))]);
        }

        code.mov(rbx, __qword_ptr[rbx + (CaseLayout.RegistersIn + (8 * 3))]);
        code.jmp(__qword_ptr[Target]);
    }

    private static void EmitSave(Assembler code)
    {
        code.mov(__qword_ptr[SavedRbx], rbx);
        code.mov(__qword_ptr[SavedRsp], rsp);
        code.mov(rbx, __qword_ptr[Current]);
        code.mov(rsp, Scratch);
        code.pushfq();
        code.pop(__qword_ptr[rbx + CaseLayout.FlagsOut]);
        for (int i = 0; i < General.Length; i++)
        {
            if (i is not (3 or 4)) code.mov(__qword_ptr[rbx + (CaseLayout.RegistersOut + (8 * i))], General[i]);
        }

        code.mov(rax, __qword_ptr[SavedRbx]);
        code.mov(__qword_ptr[rbx + (CaseLayout.RegistersOut + (8 * 3))], rax);
        code.mov(rax, __qword_ptr[SavedRsp]);
        code.mov(__qword_ptr[rbx + (CaseLayout.RegistersOut + (8 * 4))], rax);
        code.stmxcsr(__dword_ptr[rbx + CaseLayout.MxcsrOut]);
        for (int i = 0; i < Vector.Length; i++) code.movups(__xmmword_ptr[rbx + (CaseLayout.VectorsOut + (16 * i))], Vector[i]);
    }
}
