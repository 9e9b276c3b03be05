using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// Every form of every instruction that the processor in software implements, and those of them that random cases leave out, with the reason.
/// </summary>
internal static class InstructionForms
{
    private static readonly Lazy<IReadOnlyList<Code>> All = new(FindAll);
    private static readonly Lazy<IReadOnlyList<Code>> Included = new(() => [.. All.Value.Where(form => ReasonToLeaveOut(form) is null)]);

    /// <summary>The forms that are compared.</summary>
    public static IReadOnlyList<Code> Compared => Included.Value;

    /// <summary>The forms that are not, and why.</summary>
    public static IEnumerable<(Code Form, string Reason)> LeftOut =>
        All.Value.Select(form => (form, Reason: ReasonToLeaveOut(form))).Where(pair => pair.Reason is not null).Select(pair => (pair.form,
            pair.Reason!));

    private static IReadOnlyList<Code> FindAll()
    {
        var implemented = HandlerTable.Implemented.ToHashSet();
        return [.. Enum.GetValues<Code>().Where(form => IsForm(form.ToOpCode(), implemented))];
    }

    private static bool IsForm(OpCodeInfo info, HashSet<Mnemonic> implemented) =>
        info.IsInstruction && info.Mode64 && info.Encoding == EncodingKind.Legacy && implemented.Contains(info.Mnemonic);

    private static string? ReasonToLeaveOut(Code form)
    {
        OpCodeInfo info = form.ToOpCode();
        var kinds = Enumerable.Range(0, info.OpCount).Select(info.GetOpKind).ToList();
        if (kinds.Exists(kind => kind is OpCodeOperandKind.mm_or_mem or OpCodeOperandKind.mm_reg or OpCodeOperandKind.mm_rm))
            return "MMX, which CPUID does not report and the software answers with #UD; NamedCaseSpec says so.";
        if (info.Mnemonic is Mnemonic.Fld or Mnemonic.Fstp or Mnemonic.Fldcw or Mnemonic.Fnstcw or Mnemonic.Fninit)
            return "x87, whose state is not loaded around a case; sequences that begin with FNINIT compare it.";
        if (form is Code.Pextrw_r32m16_xmm_imm8 or Code.Pextrw_r64m16_xmm_imm8) return "SSE4.1, which CPUID does not report; NamedCaseSpec says so.";
        if (info.Mnemonic is Mnemonic.Tzcnt or Mnemonic.Lzcnt)
            return "CPUID does not report it, and without it the processor ignores the prefix; NamedCaseSpec says so.";
        if (kinds.Exists(kind => kind is OpCodeOperandKind.seg_reg or OpCodeOperandKind.fs or OpCodeOperandKind.gs) && !IsSegmentLoad(info))
            return "A selector: which one is in a segment register at the start, and what becomes of it, is the hypervisor's own.";
        if (info.Mnemonic == Mnemonic.Int) return "A KVM without processor support answers with #UD; NamedCaseSpec says what the software does.";
        if (info.Mnemonic is Mnemonic.Rcpps or Mnemonic.Rcpss or Mnemonic.Rsqrtps or Mnemonic.Rsqrtss)
            return "An approximation, whose last bits are each processor's own; ApproximationSpec says how good it is.";
        if (info.Mnemonic is Mnemonic.Cpuid or Mnemonic.Rdtsc) return "Its answer is the machine's own.";
        if (kinds.Exists(kind => kind is OpCodeOperandKind.br16_1 or OpCodeOperandKind.br16_2) || !IsDecodedAs(form))
            return "An alias, or AMD's reading of an operand-size prefix on a branch: the decoder gives another form for its bytes.";
        if (info.Mnemonic is Mnemonic.Iret or Mnemonic.Iretd or Mnemonic.Iretq or Mnemonic.Retf || IsFar(info))
            return "A far transfer: the software has one code segment and refuses all; NamedCaseSpec says so.";
        return null;
    }

    private static bool IsSegmentLoad(OpCodeInfo info) =>
        info.Mnemonic == Mnemonic.Pop || (info.Mnemonic == Mnemonic.Mov && info.GetOpKind(0) == OpCodeOperandKind.seg_reg);

    private static bool IsFar(OpCodeInfo info) =>
        info.Mnemonic is Mnemonic.Jmp or Mnemonic.Call && info.OpCount == 1 && info.GetOpKind(0) == OpCodeOperandKind.mem;

    // The form is reached if some encoding of it is decoded as it.
    private static bool IsDecodedAs(Code form)
    {
        for (int index = 0; index < 8; index++)
        {
            TestCase? made = new CaseGenerator(form, index, 0, 0).TryMake();
            if (made is null) continue;
            var decoder = Decoder.Create(64, new ByteArrayCodeReader(made.Code), CaseLayout.CodeOf(0));
            decoder.Decode(out Instruction instruction);
            if (instruction.Code == form) return true;
        }

        return false;
    }
}
