using SandboxActors.Kvm.Native;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <content>Running the guest, and what its exits mean.</content>
internal sealed partial class KvmMachine
{
    private const uint IoPermissionErrorCode = 0;
    private const ulong SystemCallLength = 2;

    private long _staleInterrupts;

    // Whether the latest exit left an operation that KVM finishes at the next entry.
    private bool _isUnfinished;

    // Whether the latest exit may have changed more than a guest at CPL3 can: its run state, its debug and model-specific registers.
    private bool _mayBeReset;

    // What the guest raised, as long as the vCPU stands in the stub for it.
    private GuestFault? _exception;

    /// <inheritdoc />
    public long StaleInterrupts => Interlocked.Read(ref _staleInterrupts);

    /// <inheritdoc />
    public VmExit Run()
    {
        ThrowIfDisposed();
        int thread = InterruptSignal.PrepareThread(out ulong mask);
        _vcpu.SetSignalMask(mask);
        _exception = null;
        _held = default;
        _hasRun = true;
        while (_gate.TryEnter(thread))
        {
            int errno = _vcpu.Enter(out RawExit exit, out ulong instructionPointer);
            if (_gate.Leave()) InterruptSignal.Drain();
            _outputAt = null;
            if (_resuming is not null && !ResumeTrampoline.Contains(instructionPointer)) _resuming = null;
            if (errno != Errno.EINTR) return Decode(errno, exit, instructionPointer);

            // KVM finished what was unfinished before it looked at the signal.
            _isUnfinished = false;
            // The signal may have come between a #DB's write to DR6 and its delivery.
            _knownDebug = null;
            if (_gate.TryTakeRequest()) return VmExit.Interrupted;
            Interlocked.Increment(ref _staleInterrupts);
            InterruptSignal.Drain();
        }

        return VmExit.Interrupted;
    }

    private VmExit Decode(int errno, in RawExit exit, ulong instructionPointer)
    {
        _isUnfinished = errno == 0 && exit.Reason is KvmConstants.KVM_EXIT_IO or KvmConstants.KVM_EXIT_MMIO;
        if (errno == 0 && exit.Reason == KvmConstants.KVM_EXIT_IO)
        {
            if (_systemImage.IsPortOpen(exit.Port) && exit.IsSingleOutputOf4Bytes)
            {
                _outputAt = instructionPointer;
                return VmExit.Output(exit.Port, exit.Value);
            }

            return exit.Port == ExceptionStub.Port ? DecodeException() : VmExit.PortViolation(exit.Port, ReadInstructionPointer());
        }

        _mayBeReset = true;
        if (errno is Errno.EFAULT or Errno.EHWPOISON) return VmExit.LostMemory;
        // EAGAIN, too: it would say that the vCPU is not runnable, which it always is here, so going round again would not help.
        if (errno != 0) throw MachineException.FromErrno("KVM_RUN", errno);
        return exit.Reason switch
        {
            KvmConstants.KVM_EXIT_MMIO => VmExit.UnmappedMemory(new GuestAddress(exit.Detail)),
            KvmConstants.KVM_EXIT_MEMORY_FAULT => VmExit.LostMemory,
            // HLT is privileged, so it is the stub's: the guest was run on after an exception.
            KvmConstants.KVM_EXIT_SHUTDOWN or KvmConstants.KVM_EXIT_SYSTEM_EVENT or KvmConstants.KVM_EXIT_HLT => VmExit.Shutdown,
            KvmConstants.KVM_EXIT_INTERNAL_ERROR or KvmConstants.KVM_EXIT_FAIL_ENTRY => VmExit.InternalError((uint)exit.Detail),
            _ => VmExit.Unknown(exit.Reason),
        };
    }

    private VmExit DecodeException()
    {
        Settle(out kvm_sync_regs registers);
        var instructionPointer = new GuestAddress(registers.regs.rip);
        bool isInStub = ExceptionStub.TryGetVector(instructionPointer, out CpuException vector);
        if (!isInStub || registers.sregs.cs.selector != GlobalDescriptorTable.KernelCode) return VmExit.PortViolation(ExceptionStub.Port, instructionPointer);

        GuestFault fault = ExceptionStub.ReadFrame(_tables.ExceptionFrame, vector, registers.sregs.cr2);
        bool isSystemCall = vector == CpuException.PageFault && fault.InstructionPointer == SystemLayout.SystemCallTrap;
        if (isSystemCall) fault = SystemCall(fault, registers.regs.rcx);
        _exception = fault;
        if (isSystemCall) return VmExit.Faulted(fault);

        // A #DB says in DR6 what it was.
        if (vector == CpuException.Debug) _mayBeReset = true;
        bool mayBePort = vector == CpuException.GeneralProtection && fault.ErrorCode == IoPermissionErrorCode;
        if (mayBePort && TryReadPortInstruction(fault.InstructionPointer, (ushort)registers.regs.rdx, out ushort port))
            return VmExit.PortViolation(port, fault.InstructionPointer);
        return VmExit.Faulted(fault);
    }

    // syscall leaves the address behind it in RCX. A guest that jumps to the trap itself can make up what is told of it here, but not that it
    // faulted.
    private static GuestFault SystemCall(in GuestFault fault, ulong rcx) =>
        new(CpuException.InvalidOpcode, ErrorCode: 0, default, new GuestAddress(unchecked(rcx - SystemCallLength)), fault.StackPointer);

    private bool TryReadPortInstruction(GuestAddress instructionPointer, ushort dx, out ushort port)
    {
        Span<byte> code = stackalloc byte[PortInstruction.MaximumLength];
        int length = _slots.Read(instructionPointer, code);
        bool isPortInstruction = PortInstruction.TryDecode(code[..length], dx, out PortInstruction instruction);
        port = instruction.Port;
        return isPortInstruction;
    }

    private GuestAddress ReadInstructionPointer()
    {
        // Not by settling: that would move it behind the instruction.
        var registers = default(kvm_regs);
        KvmIoctl.Call(_vcpu.Handle, KvmRequests.KVM_GET_REGS, "KVM_GET_REGS", ref registers);
        return new GuestAddress(registers.rip);
    }
}
