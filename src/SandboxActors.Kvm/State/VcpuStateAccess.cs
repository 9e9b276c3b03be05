using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The parts of a vCPU's state that have ioctls of their own: extended state, XCR0, debug and model-specific registers.</summary>
internal static unsafe class VcpuStateAccess
{
    public static ImmutableArray<byte> ReadExtendedState(KvmVcpuHandle vcpu, ExtendedStateLayout layout)
    {
        var image = new byte[ExtendedStateLayout.ImageLength];
        KvmIoctl.Call(vcpu, KvmRequests.KVM_GET_XSAVE, "KVM_GET_XSAVE", ref image[0]);
        layout.WriteOut(image);
        return ImmutableCollectionsMarshal.AsImmutableArray(image);
    }

    public static void WriteExtendedState(KvmVcpuHandle vcpu, ImmutableArray<byte> image)
    {
        // Checked by the caller to be as long as KVM's; the array is only read.
        KvmIoctl.Call(vcpu, KvmRequests.KVM_SET_XSAVE, "KVM_SET_XSAVE", ref Unsafe.AsRef(in image.AsSpan()[0]));
    }

    public static ulong ReadExtendedControl(KvmVcpuHandle vcpu)
    {
        var registers = default(kvm_xcrs);
        KvmIoctl.Call(vcpu, KvmRequests.KVM_GET_XCRS, "KVM_GET_XCRS", ref registers);
        // SAFETY: the buffer in the structure holds 16 registers, of which KVM says how many it filled.
        var entries = new ReadOnlySpan<kvm_xcr>(registers.xcrs, (int)registers.nr_xcrs);
        foreach (kvm_xcr entry in entries)
        {
            if (entry.xcr == 0) return entry.value;
        }

        throw new MachineException("KVM_GET_XCRS", 0, "KVM did not say what XCR0 is.");
    }

    public static void WriteExtendedControl(KvmVcpuHandle vcpu, ulong value)
    {
        var registers = new kvm_xcrs { nr_xcrs = 1 };
        // SAFETY: the buffer in the structure holds 16 registers.
        *(kvm_xcr*)registers.xcrs = new kvm_xcr { xcr = 0, value = value };
        KvmIoctl.Call(vcpu, KvmRequests.KVM_SET_XCRS, "KVM_SET_XCRS", ref registers);
    }

    public static DebugRegisters ReadDebugRegisters(KvmVcpuHandle vcpu)
    {
        var registers = default(kvm_debugregs);
        KvmIoctl.Call(vcpu, KvmRequests.KVM_GET_DEBUGREGS, "KVM_GET_DEBUGREGS", ref registers);
        return RegisterConversion.FromNative(registers);
    }

    public static void WriteDebugRegisters(KvmVcpuHandle vcpu, in DebugRegisters registers)
    {
        kvm_debugregs native = RegisterConversion.ToNative(registers);
        KvmIoctl.Call(vcpu, KvmRequests.KVM_SET_DEBUGREGS, "KVM_SET_DEBUGREGS", ref native);
    }

    /// <summary>Reads model-specific registers.</summary>
    /// <param name="vcpu">The vCPU.</param>
    /// <param name="indices">Which.</param>
    /// <exception cref="MachineException">KVM does not have one of them.</exception>
    public static ImmutableArray<ModelSpecificRegister> ReadModelSpecific(KvmVcpuHandle vcpu, ReadOnlySpan<uint> indices)
    {
        if (indices.IsEmpty) return [];
        Span<byte> argument = new byte[sizeof(kvm_msrs) + (indices.Length * sizeof(kvm_msr_entry))];
        MemoryMarshal.Write(argument, new kvm_msrs { nmsrs = (uint)indices.Length });
        Span<kvm_msr_entry> entries = MemoryMarshal.Cast<byte, kvm_msr_entry>(argument[sizeof(kvm_msrs)..]);
        for (int position = 0; position < indices.Length; position++) entries[position].index = indices[position];
        int read = KvmIoctl.Call(vcpu, KvmRequests.KVM_GET_MSRS, "KVM_GET_MSRS", ref argument[0]);
        if (read < indices.Length) throw Refused("KVM_GET_MSRS", indices[read]);

        var values = ImmutableArray.CreateBuilder<ModelSpecificRegister>(indices.Length);
        foreach (kvm_msr_entry entry in entries) values.Add(new ModelSpecificRegister(entry.index, entry.data));
        return values.MoveToImmutable();
    }

    /// <summary>Writes model-specific registers.</summary>
    /// <exception cref="MachineException">KVM does not have one of them, or not the value.</exception>
    public static void WriteModelSpecific(KvmVcpuHandle vcpu, ReadOnlySpan<ModelSpecificRegister> registers)
    {
        if (registers.IsEmpty) return;
        Span<byte> argument = new byte[sizeof(kvm_msrs) + (registers.Length * sizeof(kvm_msr_entry))];
        MemoryMarshal.Write(argument, new kvm_msrs { nmsrs = (uint)registers.Length });
        Span<kvm_msr_entry> entries = MemoryMarshal.Cast<byte, kvm_msr_entry>(argument[sizeof(kvm_msrs)..]);
        for (int position = 0; position < registers.Length; position++)
            entries[position] = new kvm_msr_entry { index = registers[position].Index, data = registers[position].Value };
        int written = KvmIoctl.Call(vcpu, KvmRequests.KVM_SET_MSRS, "KVM_SET_MSRS", ref argument[0]);
        if (written < registers.Length) throw Refused("KVM_SET_MSRS", registers[written].Index);
    }

    /// <summary>Makes the vCPU runnable, whatever stopped it.</summary>
    public static void MakeRunnable(KvmVcpuHandle vcpu)
    {
        var state = new kvm_mp_state { mp_state = KvmConstants.KVM_MP_STATE_RUNNABLE };
        KvmIoctl.Call(vcpu, KvmRequests.KVM_SET_MP_STATE, "KVM_SET_MP_STATE", ref state);
    }

    private static MachineException Refused(string operation, uint index) =>
        new(operation, 0, $"{operation} refused model-specific register 0x{index:x}.");
}
