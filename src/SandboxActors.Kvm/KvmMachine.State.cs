using System.Collections.Immutable;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <content>Reading and writing what the vCPU holds.</content>
internal sealed partial class KvmMachine
{
    private const ulong TrapFlag = 1 << 8;

    // What the vCPU is known to hold of the registers that a guest at CPL3 cannot write: then writing the same again is not needed.
    private ulong? _writtenExtendedControl;
    private DebugRegisters? _knownDebug;
    private ImmutableArray<ModelSpecificRegister> _writtenModelSpecific;

    /// <inheritdoc />
    public VcpuState ReadState()
    {
        ThrowIfDisposed();
        _vcpu.Settle(out kvm_sync_regs registers);
        _isUnfinished = false;
        ulong extendedControl = _features.ExtendedState.Components == 0 ? 0 : VcpuStateAccess.ReadExtendedControl(_vcpu.Handle);
        DebugRegisters debug = VcpuStateAccess.ReadDebugRegisters(_vcpu.Handle);
        _knownDebug = debug;
        return new VcpuState
        {
            General = RegisterConversion.FromNative(registers.regs),
            Special = RegisterConversion.FromNative(registers.sregs),
            ExtendedState = VcpuStateAccess.ReadExtendedState(_vcpu.Handle, _features.ExtendedState),
            ExtendedControl = extendedControl,
            Debug = debug,
            ModelSpecific = VcpuStateAccess.ReadModelSpecific(_vcpu.Handle, _profile.ModelSpecificIndices.AsSpan()),
        };
    }

    /// <inheritdoc />
    /// <remarks>
    /// An <c>out</c> that is unfinished is finished first, with the old registers: KVM moves RIP behind it at the next entry whatever RIP is by then
    /// (or only if RIP is still at it, depending on its version), and so would spoil the new one.
    /// </remarks>
    public void WriteState(VcpuState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ThrowIfDisposed();
        if (state.ExtendedState.Length != ExtendedStateLayout.ImageLength)
            throw new ArgumentException(
                $"The extended state must have {ExtendedStateLayout.ImageLength} bytes, and has {state.ExtendedState.Length}.", nameof(state));

        if (_isUnfinished) FinishWithOldRegisters();
        var registers = new kvm_sync_regs
        {
            regs = RegisterConversion.ToNative(state.General),
            sregs = RegisterConversion.ToNative(state.Special),
        };
        _vcpu.SetRegisters(ref registers);
        WriteUnlessCurrent(state);
        VcpuStateAccess.WriteExtendedState(_vcpu.Handle, state.ExtendedState);
    }

    // A guest that single-steps has its #DB raised as KVM finishes the instruction, and that writes DR6.
    private void FinishWithOldRegisters()
    {
        _vcpu.Settle(out kvm_sync_regs old);
        _isUnfinished = false;
        if ((old.regs.rflags & TrapFlag) != 0) _knownDebug = null;
    }

    // XCR0, debug and model-specific registers: a guest has no way to change them, because all of it runs at CPL3 and the stub does not touch them.
    // So they are as they were last written or read, unless the latest exit was one that may have reset the vCPU, or a #DB may have written DR6. Each
    // costs a call; on the path of every restore that is worth avoiding.
    private void WriteUnlessCurrent(VcpuState state)
    {
        if (_mayBeReset)
        {
            _writtenExtendedControl = null;
            _knownDebug = null;
            _writtenModelSpecific = default;
            VcpuStateAccess.MakeRunnable(_vcpu.Handle);
            _mayBeReset = false;
        }

        if (state.ExtendedControl != 0 && _writtenExtendedControl != state.ExtendedControl)
        {
            _writtenExtendedControl = null;
            VcpuStateAccess.WriteExtendedControl(_vcpu.Handle, state.ExtendedControl);
            _writtenExtendedControl = state.ExtendedControl;
        }

        if (_knownDebug != state.Debug)
        {
            _knownDebug = null;
            VcpuStateAccess.WriteDebugRegisters(_vcpu.Handle, state.Debug);
            _knownDebug = state.Debug;
        }

        if (_writtenModelSpecific.IsDefault || !_writtenModelSpecific.AsSpan().SequenceEqual(state.ModelSpecific.AsSpan()))
        {
            _writtenModelSpecific = default;
            VcpuStateAccess.WriteModelSpecific(_vcpu.Handle, state.ModelSpecific.AsSpan());
            _writtenModelSpecific = state.ModelSpecific;
        }
    }
}
