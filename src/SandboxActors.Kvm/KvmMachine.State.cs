using System.Collections.Immutable;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <content>Reading and writing what the vCPU holds.</content>
internal sealed partial class KvmMachine
{
    private const ulong TrapFlag = 1 << 8;

    // Where the guest stood at its latest exit, if that was an output.
    private ulong? _outputAt;

    // Whether this KVM moves RIP behind an output before it exits, so that there is nothing left to finish; null as long as no output was finished.
    private bool? _exitsBehindOutput;

    // The state written last that the guest has not gone on with yet: it did not run, or is about to load a part of it by itself.
    private VcpuState? _resuming;
    private bool _hasRun;

    // What the trampoline's data page holds.
    private ImmutableArray<byte> _prepared;

    // The extended state that the vCPU holds; default if that is not known, as when its guest has run.
    private ImmutableArray<byte> _held;

    // What the vCPU is known to hold of the registers that a guest at CPL3 cannot write: then writing the same again is not needed.
    private ulong? _writtenExtendedControl;
    private DebugRegisters? _knownDebug;
    private ImmutableArray<ModelSpecificRegister> _writtenModelSpecific;

    // What was written last: most of it comes back unchanged, and is then the same object in all snapshots.
    private SpecialRegisters? _writtenSpecial;

    // If the guest stands at an instruction like it, it may be this one that KVM has not finished after all.
    private bool IsFinishedOutput =>
        _exitsBehindOutput == true && !_mayBeReset && _outputAt is { } at && !TryReadPortInstruction(new GuestAddress(at), dx: 0, out _);

    /// <inheritdoc />
    public VcpuState ReadState()
    {
        ThrowIfDisposed();
        Settle(out kvm_sync_regs registers);
        // No instruction of the guest's own has run since.
        if (_resuming is { } resuming && HasNotGoneOn(registers.regs.rip)) return resuming;
        if (_mayBeReset) ForgetWhatIsKnown();
        SpecialRegisters special = RegisterConversion.FromNative(registers.sregs);
        return new VcpuState
        {
            General = RegisterConversion.FromNative(registers.regs),
            Special = special == _writtenSpecial ? _writtenSpecial : special,
            ExtendedState = VcpuStateAccess.ReadExtendedState(_vcpu.Handle, _features.ExtendedState),
            ExtendedControl = _writtenExtendedControl ?? ReadExtendedControl(),
            Debug = _knownDebug ??= VcpuStateAccess.ReadDebugRegisters(_vcpu.Handle),
            ModelSpecific = _writtenModelSpecific.IsDefault
                ? VcpuStateAccess.ReadModelSpecific(_vcpu.Handle, _profile.ModelSpecificIndices.AsSpan())
                : _writtenModelSpecific,
        };
    }

    /// <inheritdoc />
    /// <remarks>
    /// KVM leaves the registers in the run page at every exit. Those of an exception are the stub's, which changes none but these three.
    /// </remarks>
    public GeneralRegisters ReadGuestRegisters()
    {
        ThrowIfDisposed();
        GeneralRegisters registers = RegisterConversion.FromNative(_vcpu.ReadRunPageRegisters());
        if (_resuming is { } resuming && HasNotGoneOn(registers.Rip)) return resuming.General;
        if (_exception is not { } exception) return registers;
        return registers with
        {
            Rip = exception.InstructionPointer.Value,
            Rsp = exception.StackPointer.Value,
            Rflags = ExceptionStub.ReadFlags(_tables.ExceptionFrame),
        };
    }

    /// <inheritdoc />
    /// <remarks>
    /// An <c>out</c> that is unfinished is finished first, with the old registers: KVM moves RIP behind it at the next entry whatever RIP is by then
    /// (or only if RIP is still at it, depending on its version), and so would spoil the new one. Some KVMs move RIP before they exit (those that have to
    /// emulate the instruction); which kind this one is shows when a machine's first output is finished, and then the call is spared. A guest that loads its
    /// extended state by itself enters where any of them does no harm.
    /// </remarks>
    public void WriteState(VcpuState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ThrowIfDisposed();
        if (state.ExtendedState.Length != ExtendedStateLayout.ImageLength)
            throw new ArgumentException(
                $"The extended state must have {ExtendedStateLayout.ImageLength} bytes, and has {state.ExtendedState.Length}.", nameof(state));

        bool isHeld = state.ExtendedState == _held; // the same object
        bool loadsItself = !isHeld && CanLoadItself(state);
        if (_isUnfinished && !(loadsItself && _outputAt is not null) && !IsFinishedOutput) FinishWithOldRegisters();
        // Also if it is not run: the guest can read the page, and is to find nothing of a state before there.
        GeneralRegisters entry = loadsItself || _tables.HasResumeData ? PrepareToLoad(state) : default;
        var registers = new kvm_sync_regs
        {
            regs = RegisterConversion.ToNative(loadsItself ? entry : state.General),
            sregs = RegisterConversion.ToNative(state.Special),
        };
        _vcpu.SetRegisters(ref registers);
        _writtenSpecial = state.Special;
        _exception = null;
        WriteUnlessCurrent(state);
        _resuming = loadsItself || isHeld ? state : null;
        _hasRun = false;
        if (_resuming is not null) return;
        _held = default;
        VcpuStateAccess.WriteExtendedState(_vcpu.Handle, state.ExtendedState);
        _held = state.ExtendedState;
    }

    /// <inheritdoc />
    /// <remarks>
    /// Through the run page, as of the next entry, so that only the settling costs a call. Where the vCPU stands in the stub, code and stack segment are
    /// those that the guest was last given.
    /// </remarks>
    public void WriteGuestRegisters(GeneralRegisters registers)
    {
        ThrowIfDisposed();
        Settle(out kvm_sync_regs current);
        if (_resuming is { } resuming && HasNotGoneOn(current.regs.rip))
        {
            WriteState(resuming with { General = registers });
            return;
        }

        SpecialRegisters special = RegisterConversion.FromNative(current.sregs) with { Cs = _writtenSpecial!.Cs, Ss = _writtenSpecial.Ss };
        var entry = new kvm_sync_regs { regs = RegisterConversion.ToNative(registers), sregs = RegisterConversion.ToNative(special) };
        _vcpu.SetRegisters(ref entry);
        _exception = null;
    }

    private bool HasNotGoneOn(ulong instructionPointer) => !_hasRun || ResumeTrampoline.Contains(instructionPointer);

    private GeneralRegisters PrepareToLoad(VcpuState state)
    {
        bool isPrepared = state.ExtendedState == _prepared; // the same object
        _prepared = state.ExtendedState;
        return ResumeTrampoline.Prepare(_tables.ResumeData, isPrepared ? [] : state.ExtendedState.AsSpan(), state.General);
    }

    // Not where the trampoline itself could trap: with an image that is none, which is for KVM to refuse, in another code segment, or step by step.
    private bool CanLoadItself(VcpuState state) =>
        _profile.LoadsExtendedState && !_mayBeReset
        && _features.ExtendedState.CanBeLoaded(state.ExtendedState.AsSpan())
        && state.ExtendedControl == _features.ExtendedState.Components
        && state.Special.Cs.Selector == GlobalDescriptorTable.UserCode
        && (state.General.Rflags & TrapFlag) == 0;

    private ulong ReadExtendedControl() => _features.ExtendedState.Components == 0 ? 0 : VcpuStateAccess.ReadExtendedControl(_vcpu.Handle);

    private void ForgetWhatIsKnown()
    {
        _writtenExtendedControl = null;
        _knownDebug = null;
        _writtenModelSpecific = default;
    }

    // A guest that single-steps has its #DB raised as KVM finishes the instruction, and that writes DR6.
    private void FinishWithOldRegisters()
    {
        Settle(out kvm_sync_regs old);
        if ((old.regs.rflags & TrapFlag) != 0) _knownDebug = null;
    }

    private void Settle(out kvm_sync_regs registers)
    {
        _vcpu.Settle(out registers);
        _isUnfinished = false;
        // Registers that are to be set are no witnesses; there are none before it is known.
        if (_outputAt is { } at) _exitsBehindOutput ??= registers.regs.rip == at;
        _outputAt = null;
    }

    // XCR0, debug and model-specific registers: a guest has no way to change them, because all of it runs at CPL3 and the stub does not touch them.
    // So they are as they were last written or read, unless the latest exit was one that may have reset the vCPU, or a #DB may have written DR6. Each
    // costs a call; on the path of every restore that is worth avoiding.
    private void WriteUnlessCurrent(VcpuState state)
    {
        if (_mayBeReset)
        {
            ForgetWhatIsKnown();
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
