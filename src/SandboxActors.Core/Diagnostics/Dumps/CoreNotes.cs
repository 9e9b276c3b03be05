using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// The notes of a core file for x86-64 Linux, in the order that the kernel writes them: what gdb takes a process's registers and its end from
/// (&lt;sys/procfs.h&gt;, &lt;sys/user.h&gt;, &lt;elf.h&gt;).
/// </summary>
internal sealed class CoreNotes
{
    private const uint ProcessStatus = 1; // NT_PRSTATUS
    private const uint FloatingPointRegisters = 2; // NT_FPREGSET
    private const uint ProcessInformation = 3; // NT_PRPSINFO
    private const uint ExtendedState = 0x202; // NT_X86_XSTATE
    private const uint SignalInformation = 0x5349_4749; // NT_SIGINFO

    private const int ProcessStatusSize = 336; // struct elf_prstatus
    private const int ProcessInformationSize = 136; // struct elf_prpsinfo
    private const int SignalInformationSize = 128; // siginfo_t
    private const int FxsaveSize = 512;
    private const int ExtendedControlOffset = 464; // where in an XSAVE image gdb looks for XCR0: bytes that the processor leaves to software
    private const ushort UserCode = 0x33;
    private const ushort UserData = 0x2B;

    private readonly ArrayBufferWriter<byte> _notes = new();
    private readonly VcpuState _state;
    private readonly GeneralRegisters _registers;
    private readonly CoreSignal _signal;
    private readonly int _process;

    private CoreNotes(VcpuState state, in GeneralRegisters registers, CoreSignal signal, int process)
    {
        _state = state;
        _registers = registers;
        _signal = signal;
        _process = process;
    }

    /// <summary>Writes all notes.</summary>
    /// <param name="state">What the vCPU holds.</param>
    /// <param name="registers">The general registers as the guest has them, where the vCPU may stand in code of the machine's own.</param>
    /// <param name="signal">What it died of.</param>
    /// <param name="process">What stands for a process's number; not zero.</param>
    /// <param name="program">The name of the guest's file.</param>
    /// <param name="function">The guest function that was called.</param>
    public static byte[] Write(
        VcpuState state, in GeneralRegisters registers, CoreSignal signal, int process, string program, string function)
    {
        var notes = new CoreNotes(state, registers, signal, process);
        notes.Add("CORE", ProcessStatus, notes.Status());
        notes.Add("CORE", ProcessInformation, notes.Information(program, $"{program} {function}"));
        notes.Add("CORE", SignalInformation, notes.Signal());
        ReadOnlySpan<byte> extended = state.ExtendedState.AsSpan();
        if (extended.Length >= FxsaveSize) notes.Add("CORE", FloatingPointRegisters, extended[..FxsaveSize]);
        if (extended.Length > FxsaveSize && state.ExtendedControl != 0) notes.Add("LINUX", ExtendedState, notes.Extended());
        return notes._notes.WrittenSpan.ToArray();
    }

    private byte[] Status()
    {
        byte[] status = new byte[ProcessStatusSize];
        BinaryPrimitives.WriteInt32LittleEndian(status, _signal.Number);
        BinaryPrimitives.WriteInt32LittleEndian(status.AsSpan(4), _signal.Code);
        BinaryPrimitives.WriteInt16LittleEndian(status.AsSpan(12), (short)_signal.Number);
        BinaryPrimitives.WriteInt32LittleEndian(status.AsSpan(32), _process);
        SpecialRegisters special = _state.Special;
        // struct user_regs_struct. The place of orig_rax says that this is no system call to be restarted. CS and SS are a guest's, though the vCPU
        // may stand in the machine's own code.
        ReadOnlySpan<ulong> registers =
        [
            _registers.R15, _registers.R14, _registers.R13, _registers.R12, _registers.Rbp, _registers.Rbx, _registers.R11, _registers.R10,
            _registers.R9, _registers.R8, _registers.Rax, _registers.Rcx, _registers.Rdx, _registers.Rsi, _registers.Rdi, ulong.MaxValue,
            _registers.Rip, UserCode, _registers.Rflags, _registers.Rsp, UserData, special.Fs.Base, special.Gs.Base,
            special.Ds.Selector, special.Es.Selector, special.Fs.Selector, special.Gs.Selector,
        ];
        for (int i = 0; i < registers.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(status.AsSpan(112 + (i * 8)), registers[i]);
        BinaryPrimitives.WriteInt32LittleEndian(status.AsSpan(328), 1); // floating-point registers follow
        return status;
    }

    private byte[] Information(string program, string command)
    {
        byte[] information = new byte[ProcessInformationSize];
        information[1] = (byte)'R';
        BinaryPrimitives.WriteInt32LittleEndian(information.AsSpan(24), _process);
        WriteText(information.AsSpan(40, 16), program);
        WriteText(information.AsSpan(56, 80), command);
        return information;
    }

    private byte[] Signal()
    {
        byte[] signal = new byte[SignalInformationSize];
        BinaryPrimitives.WriteInt32LittleEndian(signal, _signal.Number);
        BinaryPrimitives.WriteInt32LittleEndian(signal.AsSpan(8), _signal.Code);
        BinaryPrimitives.WriteUInt64LittleEndian(signal.AsSpan(16), _signal.Address);
        return signal;
    }

    private byte[] Extended()
    {
        byte[] image = _state.ExtendedState.AsSpan(0, Math.Min(ExtendedLength(_state.ExtendedControl), _state.ExtendedState.Length)).ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(ExtendedControlOffset), _state.ExtendedControl);
        return image;
    }

    // gdb expects what the components that are switched on take in the standard format (Intel SDM volume 1, section 13.4.3), and nothing behind.
    private static int ExtendedLength(ulong extendedControl)
    {
        (int Component, int End)[] ends = [(2, 832), (3, 1024), (4, 1088), (5, 1152), (6, 1664), (7, 2688), (9, 2696)]; // AVX to AVX-512, and PKRU
        return ends.Where(end => (extendedControl >> end.Component & 1) != 0).Select(end => end.End).DefaultIfEmpty(FxsaveSize + 64).Max();
    }

    // Cut, with a zero behind it, and in ASCII, which every tool shows as it is.
    private static void WriteText(Span<byte> target, string text)
    {
        byte[] ascii = Encoding.ASCII.GetBytes(GuestText.Escape(text));
        ascii.AsSpan(0, Math.Min(ascii.Length, target.Length - 1)).CopyTo(target);
    }

    private void Add(string owner, uint type, ReadOnlySpan<byte> description)
    {
        Span<byte> header = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(header, owner.Length + 1);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], description.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[8..], type);
        _notes.Write(header);
        _notes.Write(Encoding.ASCII.GetBytes(owner));
        _notes.Write("\0"u8);
        PadTo4Bytes();
        _notes.Write(description);
        PadTo4Bytes();
    }

    private void PadTo4Bytes()
    {
        while (_notes.WrittenCount % 4 != 0) _notes.Write("\0"u8);
    }
}
