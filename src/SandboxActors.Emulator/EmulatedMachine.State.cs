using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <content>Reading and writing what the processor holds.</content>
internal sealed partial class EmulatedMachine
{
    // What RFLAGS can hold at CPL3 here: IOPL and the interrupt flag are stored as they are given.
    private const ulong ExistingFlags = 0x3F_7FD5;

    /// <inheritdoc />
    public VcpuState ReadState()
    {
        ThrowIfDisposed();
        return new VcpuState
        {
            General = ReadGeneral(),
            Special = _state.Special with
            {
                Fs = _state.Special.Fs with { Base = _state.FsBase },
                Gs = _state.Special.Gs with { Base = _state.GsBase },
            },
            ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(ExtendedStateImage.Save(_state)),
            ExtendedControl = _extendedControl,
            Debug = _debug,
            ModelSpecific = _modelSpecific,
        };
    }

    /// <inheritdoc />
    public GeneralRegisters ReadGuestRegisters()
    {
        ThrowIfDisposed();
        return ReadGeneral();
    }

    /// <inheritdoc />
    public void WriteGuestRegisters(GeneralRegisters registers)
    {
        ThrowIfDisposed();
        WriteGeneral(registers);
        _isShutDown = false;
    }

    /// <inheritdoc />
    public void WriteState(VcpuState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        ThrowIfDisposed();
        if (state.ExtendedState.Length != ExtendedStateImage.Length)
        {
            throw new ArgumentException(
                $"The extended state must have {ExtendedStateImage.Length} bytes, and has {state.ExtendedState.Length}.", nameof(state));
        }

        WriteGeneral(state.General);
        _state.Special = state.Special;
        _state.FsBase = state.Special.Fs.Base;
        _state.GsBase = state.Special.Gs.Base;
        ExtendedStateImage.Load(_state, state.ExtendedState.AsSpan());
        _extendedControl = state.ExtendedControl;
        _debug = state.Debug;
        _modelSpecific = state.ModelSpecific;
        _isShutDown = false;
    }

    private GeneralRegisters ReadGeneral()
    {
        ReadOnlySpan<ulong> registers = _state.General;
        return new GeneralRegisters
        {
            Rax = registers[RegisterFile.Rax],
            Rcx = registers[RegisterFile.Rcx],
            Rdx = registers[RegisterFile.Rdx],
            Rbx = registers[RegisterFile.Rbx],
            Rsp = registers[RegisterFile.Rsp],
            Rbp = registers[RegisterFile.Rbp],
            Rsi = registers[RegisterFile.Rsi],
            Rdi = registers[RegisterFile.Rdi],
            R8 = registers[8],
            R9 = registers[9],
            R10 = registers[10],
            R11 = registers[11],
            R12 = registers[12],
            R13 = registers[13],
            R14 = registers[14],
            R15 = registers[15],
            Rip = _state.Rip,
            Rflags = _state.Flags,
        };
    }

    private void WriteGeneral(in GeneralRegisters general)
    {
        ReadOnlySpan<ulong> values =
        [
            general.Rax, general.Rcx, general.Rdx, general.Rbx, general.Rsp, general.Rbp, general.Rsi, general.Rdi,
            general.R8, general.R9, general.R10, general.R11, general.R12, general.R13, general.R14, general.R15,
        ];
        values.CopyTo(_state.General);
        _state.Rip = general.Rip;
        _state.Flags = (general.Rflags & ExistingFlags) | ProcessorFlags.Reserved;
    }
}
