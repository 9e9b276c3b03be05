using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// What the processor in software does on purpose otherwise than the one that KVM runs on here, or than a KVM without processor support lets through:
/// the forms that the random cases leave out.
/// </summary>
public sealed class SoftwareOnlySpec
{
    private const string Software = "emulator";

    [Theory]
    [InlineData(new byte[] { 0x0F, 0x28, 0x07 })] // movaps xmm0, [rdi]
    [InlineData(new byte[] { 0x0F, 0x29, 0x07 })] // movaps [rdi], xmm0
    [InlineData(new byte[] { 0x66, 0x0F, 0x6F, 0x07 })] // movdqa xmm0, [rdi]
    [InlineData(new byte[] { 0x66, 0x0F, 0xE7, 0x07 })] // movntdq [rdi], xmm0
    [InlineData(new byte[] { 0x0F, 0x58, 0x07 })] // addps xmm0, [rdi]
    [InlineData(new byte[] { 0x66, 0x0F, 0xEF, 0x07 })] // pxor xmm0, [rdi]
    [InlineData(new byte[] { 0x48, 0x0F, 0xC7, 0x0F })] // cmpxchg16b [rdi]
    public void A_vector_in_memory_must_be_aligned(byte[] code)
    {
        using BareGuest guest = new BareGuest(Software, code).Set(general => general with { Rdi = BareGuest.Data.Value + 8 });

        GuestFault fault = guest.RunToFault(CpuException.GeneralProtection);

        Assert.Equal((0u, BareGuest.Code), (fault.ErrorCode, fault.InstructionPointer));
    }

    [Theory]
    [InlineData(new byte[] { 0x0F, 0x10, 0x07 })] // movups xmm0, [rdi]
    [InlineData(new byte[] { 0xF3, 0x0F, 0x7F, 0x07 })] // movdqu [rdi], xmm0
    [InlineData(new byte[] { 0xF3, 0x0F, 0x58, 0x07 })] // addss xmm0, [rdi]
    [InlineData(new byte[] { 0x0F, 0x12, 0x07 })] // movlps xmm0, [rdi]
    public void What_is_not_16_bytes_or_says_so_need_not_be(byte[] code)
    {
        using BareGuest guest =
            new BareGuest(Software, [.. code, 0xE7, BareGuest.Port]).Set(general => general with { Rdi = BareGuest.Data.Value + 7 });

        guest.RunToOutput();
    }

    [Theory]
    [InlineData(new byte[] { 0xF3, 0x0F, 0xBC, 0xC1 }, 4)] // tzcnt eax, ecx: bsf
    [InlineData(new byte[] { 0xF3, 0x0F, 0xBD, 0xC1 }, 8)] // lzcnt eax, ecx: bsr
    public void Without_bmi1_and_lzcnt_their_prefix_is_ignored(byte[] code, uint result)
    {
        using BareGuest guest = new BareGuest(Software, [.. code, 0xE7, BareGuest.Port]).Set(general => general with { Rcx = 0b1_0001_0000 });

        Assert.Equal(result, guest.RunToOutput());
    }

    [Theory]
    [InlineData(new byte[] { 0x0F, 0x6F, 0x07 })] // movq mm0, [rdi]
    [InlineData(new byte[] { 0x0F, 0xFE, 0xC1 })] // paddd mm0, mm1
    [InlineData(new byte[] { 0x66, 0x0F, 0x3A, 0x15, 0x07, 0x01 })] // pextrw [rdi], xmm0, 1: SSE4.1
    [InlineData(new byte[] { 0x66, 0x0F, 0x3A, 0x15, 0xC0, 0x01 })] // pextrw eax, xmm0, 1: SSE4.1
    [InlineData(new byte[] { 0x66, 0x0F, 0x38, 0x00, 0xC1 })] // pshufb xmm0, xmm1: SSSE3
    [InlineData(new byte[] { 0xC5, 0xF8, 0x28, 0xC1 })] // vmovaps xmm0, xmm1: AVX
    [InlineData(new byte[] { 0xC4, 0xE2, 0x70, 0xF2, 0xC2 })] // andn eax, ecx, edx: BMI1
    [InlineData(new byte[] { 0xD8, 0xC1 })] // fadd st0, st1: x87
    [InlineData(new byte[] { 0x0F, 0x01, 0xF9 })] // rdtscp
    [InlineData(new byte[] { 0x0F, 0xAE, 0x07 })] // fxsave [rdi]
    [InlineData(new byte[] { 0x0F, 0x01, 0xD0 })] // xgetbv
    [InlineData(new byte[] { 0x0F, 0xC7, 0xF0 })] // rdrand eax
    public void What_CPUID_does_not_report_is_undefined(byte[] code)
    {
        using BareGuest guest = new BareGuest(Software, code).Set(general => general with { Rdi = BareGuest.Data.Value });

        Assert.Equal(BareGuest.Code, guest.RunToFault(CpuException.InvalidOpcode).InstructionPointer);
    }

    [Fact]
    public void Every_form_with_an_mmx_register_is_undefined()
    {
        foreach (Code form in Enum.GetValues<Code>().Where(UsesMmx))
        {
            Instruction instruction = MmxForms.Make(form);
            using BareGuest guest = new BareGuest(Software, Differential.SequenceOperands.Encode(in instruction)!)
                .Set(general => general with { Rdi = BareGuest.Data.Value });

            guest.RunToFault(CpuException.InvalidOpcode);
        }
    }

    [Theory]
    [InlineData(0, 0x02u)]
    [InlineData(0x80, 0x402u)]
    [InlineData(0xFF, 0x7FAu)]
    public void A_software_interrupt_is_a_protection_fault_with_its_gate(byte vector, uint errorCode)
    {
        using var guest = new BareGuest(Software, 0xCD, vector);

        Assert.Equal(errorCode, guest.RunToFault(CpuException.GeneralProtection).ErrorCode);
    }

    [Theory]
    [InlineData(new byte[] { 0xFF, 0x2F })] // jmp far [rdi]
    [InlineData(new byte[] { 0xFF, 0x1F })] // call far [rdi]
    [InlineData(new byte[] { 0xCB })] // retf
    [InlineData(new byte[] { 0x48, 0xCF })] // iretq
    public void A_far_transfer_is_refused(byte[] code)
    {
        using BareGuest guest =
            new BareGuest(Software, code).Set(general => general with { Rdi = BareGuest.Data.Value, Rsp = BareGuest.Data.Value + 64 });

        Assert.Equal(BareGuest.Code, guest.RunToFault(CpuException.GeneralProtection).InstructionPointer);
    }

    [Theory]
    [InlineData(0u, 0u, 1u, 0u)] // The highest basic leaf is 1.
    [InlineData(1u, 2u, 0x0080_2000u, 0x0080_2000u)] // ECX: CMPXCHG16B and POPCNT are there,
    [InlineData(1u, 2u, 0x0818_0201u, 0u)] // SSE3, SSSE3, SSE4.1, SSE4.2 and OSXSAVE are not.
    [InlineData(1u, 3u, 0x0600_8110u, 0x0600_8110u)] // EDX: TSC, CX8, CMOV, SSE and SSE2 are there,
    [InlineData(1u, 3u, 0x0180_0001u, 0u)] // x87, MMX and FXSR are not.
    [InlineData(7u, 1u, 0xFFFF_FFFFu, 0u)] // No leaf 7.
    [InlineData(0x8000_0001u, 3u, 0x2010_0000u, 0x2010_0000u)] // EDX: NX and long mode.
    public void CPUID_reports_what_there_is(uint leaf, uint register, uint mask, uint bits)
    {
        using BareGuest guest = new BareGuest(Software, 0x0F, 0xA2, 0xE7, BareGuest.Port).Set(general => general with { Rax = leaf, Rcx = 0 });

        guest.RunToOutput();

        GeneralRegisters general = guest.General;
        ulong answer = register switch { 0 => general.Rax, 1 => general.Rbx, 2 => general.Rcx, _ => general.Rdx };
        if (leaf == 0) Assert.Equal(mask, answer);
        else Assert.Equal(bits, (uint)answer & mask);
    }

    [Fact]
    public void The_time_stamp_counter_counts_instructions()
    {
        // rdtsc; nop; nop; nop; mov ecx, eax; rdtsc; sub eax, ecx; out
        using var guest = new BareGuest(Software, 0x0F, 0x31, 0x90, 0x90, 0x90, 0x89, 0xC1, 0x0F, 0x31, 0x29, 0xC8, 0xE7, BareGuest.Port);

        Assert.Equal(5u, guest.RunToOutput());
    }

    private static bool UsesMmx(Code form)
    {
        OpCodeInfo info = form.ToOpCode();
        return info.IsInstruction && info.Mode64 && info.Encoding == EncodingKind.Legacy && Enumerable.Range(0, info.OpCount).Any(operand =>
            info.GetOpKind(operand) is OpCodeOperandKind.mm_reg or OpCodeOperandKind.mm_or_mem or OpCodeOperandKind.mm_rm);
    }
}
