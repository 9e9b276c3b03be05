using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>General, segment and special registers between KVM's structures and the machine's types. Field by field and nothing else.</summary>
internal static class RegisterConversion
{
    public static GeneralRegisters FromNative(in kvm_regs regs) => new()
    {
        Rax = regs.rax,
        Rbx = regs.rbx,
        Rcx = regs.rcx,
        Rdx = regs.rdx,
        Rsi = regs.rsi,
        Rdi = regs.rdi,
        Rsp = regs.rsp,
        Rbp = regs.rbp,
        R8 = regs.r8,
        R9 = regs.r9,
        R10 = regs.r10,
        R11 = regs.r11,
        R12 = regs.r12,
        R13 = regs.r13,
        R14 = regs.r14,
        R15 = regs.r15,
        Rip = regs.rip,
        Rflags = regs.rflags,
    };

    public static kvm_regs ToNative(in GeneralRegisters registers) => new()
    {
        rax = registers.Rax,
        rbx = registers.Rbx,
        rcx = registers.Rcx,
        rdx = registers.Rdx,
        rsi = registers.Rsi,
        rdi = registers.Rdi,
        rsp = registers.Rsp,
        rbp = registers.Rbp,
        r8 = registers.R8,
        r9 = registers.R9,
        r10 = registers.R10,
        r11 = registers.R11,
        r12 = registers.R12,
        r13 = registers.R13,
        r14 = registers.R14,
        r15 = registers.R15,
        rip = registers.Rip,
        rflags = registers.Rflags,
    };

    public static SpecialRegisters FromNative(in kvm_sregs sregs) => new()
    {
        Cs = FromNative(sregs.cs),
        Ds = FromNative(sregs.ds),
        Es = FromNative(sregs.es),
        Fs = FromNative(sregs.fs),
        Gs = FromNative(sregs.gs),
        Ss = FromNative(sregs.ss),
        TaskRegister = FromNative(sregs.tr),
        LocalDescriptorTable = FromNative(sregs.ldt),
        GlobalDescriptorTable = new DescriptorTable(sregs.gdt.@base, sregs.gdt.limit),
        InterruptDescriptorTable = new DescriptorTable(sregs.idt.@base, sregs.idt.limit),
        Cr0 = sregs.cr0,
        Cr2 = sregs.cr2,
        Cr3 = sregs.cr3,
        Cr4 = sregs.cr4,
        Cr8 = sregs.cr8,
        Efer = sregs.efer,
        ApicBase = sregs.apic_base,
    };

    public static kvm_sregs ToNative(SpecialRegisters registers) => new()
    {
        cs = ToNative(registers.Cs),
        ds = ToNative(registers.Ds),
        es = ToNative(registers.Es),
        fs = ToNative(registers.Fs),
        gs = ToNative(registers.Gs),
        ss = ToNative(registers.Ss),
        tr = ToNative(registers.TaskRegister),
        ldt = ToNative(registers.LocalDescriptorTable),
        gdt = new kvm_dtable { @base = registers.GlobalDescriptorTable.Base, limit = registers.GlobalDescriptorTable.Limit },
        idt = new kvm_dtable { @base = registers.InterruptDescriptorTable.Base, limit = registers.InterruptDescriptorTable.Limit },
        cr0 = registers.Cr0,
        cr2 = registers.Cr2,
        cr3 = registers.Cr3,
        cr4 = registers.Cr4,
        cr8 = registers.Cr8,
        efer = registers.Efer,
        apic_base = registers.ApicBase,
    };

    // SAFETY: of this and the next method: the structure's array has four elements.
    public static unsafe DebugRegisters FromNative(in kvm_debugregs registers) => new()
    {
        Dr0 = registers.db[0],
        Dr1 = registers.db[1],
        Dr2 = registers.db[2],
        Dr3 = registers.db[3],
        Dr6 = registers.dr6,
        Dr7 = registers.dr7,
    };

    public static unsafe kvm_debugregs ToNative(in DebugRegisters registers)
    {
        var native = new kvm_debugregs { dr6 = registers.Dr6, dr7 = registers.Dr7 };
        native.db[0] = registers.Dr0;
        native.db[1] = registers.Dr1;
        native.db[2] = registers.Dr2;
        native.db[3] = registers.Dr3;
        return native;
    }

    private static SegmentRegister FromNative(in kvm_segment segment) => new()
    {
        Base = segment.@base,
        Limit = segment.limit,
        Selector = segment.selector,
        Type = segment.type,
        PrivilegeLevel = segment.dpl,
        Present = segment.present != 0,
        DefaultSize32 = segment.db != 0,
        CodeOrData = segment.s != 0,
        LongMode = segment.l != 0,
        Granularity = segment.g != 0,
        Available = segment.avl != 0,
        Unusable = segment.unusable != 0,
    };

    private static kvm_segment ToNative(in SegmentRegister segment) => new()
    {
        @base = segment.Base,
        limit = segment.Limit,
        selector = segment.Selector,
        type = segment.Type,
        dpl = segment.PrivilegeLevel,
        present = Bit(segment.Present),
        db = Bit(segment.DefaultSize32),
        s = Bit(segment.CodeOrData),
        l = Bit(segment.LongMode),
        g = Bit(segment.Granularity),
        avl = Bit(segment.Available),
        unusable = Bit(segment.Unusable),
    };

    private static byte Bit(bool value) => value ? (byte)1 : (byte)0;
}
