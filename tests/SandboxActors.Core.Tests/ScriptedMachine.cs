using System.Buffers.Binary;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>A machine that runs a test's function instead of a guest. Unless it has a log, all of its memory counts as written.</summary>
internal sealed class ScriptedMachine(Func<ScriptedMachine, VmExit> onRun) : IVirtualMachine
{
    private readonly Dictionary<int, (GuestRange Range, HostMemory Memory)> _slots = [];
    private int _interruptAttempts;
    private VcpuState _state = new()
    {
        General = new GeneralRegisters { Rflags = 2 },
        Special = new SpecialRegisters(),
        ExtendedState = [.. new byte[4096]],
        ExtendedControl = 0,
        Debug = default,
        ModelSpecific = [],
    };

    /// <summary>The guest waits for its next call, without a message: what a guest's start ends with.</summary>
    public static VmExit Ready => VmExit.Output(GuestAbi.ReadyPort, 0);

    /// <summary>What each run does; may be changed between runs.</summary>
    public Func<ScriptedMachine, VmExit> OnRun { get; set; } = onRun;

    /// <summary>What else happens when registers are written: the guest is somewhere else then.</summary>
    public Action OnWriteState { get; set; } = static () => { };

    /// <summary>The pages written, if not all of them count as such.</summary>
    public HashSet<int>? Log { get; set; }

    /// <summary>What was in the log and was forgotten.</summary>
    public List<int> Forgotten { get; } = [];

    /// <summary>The operation that fails with EIO, if it is to.</summary>
    public string? Failing { get; set; }

    /// <summary>What the guest's registers are said to be, if not those of its state.</summary>
    public GeneralRegisters? GuestRegisters { get; set; }

    /// <summary>The registers that the guest was started with.</summary>
    public GeneralRegisters GeneralAtStart => _state.General;

    public int Runs { get; private set; }

    public int Interrupts { get; private set; }

    /// <summary>Interruptions asked for, those that failed counted too.</summary>
    public int InterruptAttempts => Volatile.Read(ref _interruptAttempts);

    public int Mapped => _slots.Count;

    public bool IsDisposed { get; private set; }

    public long StaleInterrupts { get; set; }

    /// <summary>Where the boot information is.</summary>
    public GuestAddress Boot => new(_state.General.Rdi);

    /// <summary>Where the guest's buffers are, as the boot information says.</summary>
    public (GuestRange Input, GuestRange Output) Buffers
    {
        get
        {
            ulong boot = _state.General.Rdi;
            return (RangeAt(boot + 16), RangeAt(boot + 32));
        }
    }

    /// <summary>Where the calls of a batch are, and where their answers belong, as the boot information says.</summary>
    public (GuestRange Calls, GuestRange Answers) BatchBuffers
    {
        get
        {
            ulong boot = _state.General.Rdi;
            return (RangeAt(boot + 136), RangeAt(boot + 152));
        }
    }

    public Span<byte> Memory(GuestAddress address, int length)
    {
        (GuestRange range, HostMemory memory) = _slots[SandboxMemory.Slot];
        return ((GuestMemoryBlock)memory).Slice(address - range.Start, length);
    }

    /// <summary>Writes a message into the output buffer, with its true length in front or another.</summary>
    public void Emit(uint offset, ReadOnlySpan<byte> body, uint? length = null)
    {
        Span<byte> output = Memory(Buffers.Output.Start, (int)Buffers.Output.Length)[(int)offset..];
        BinaryPrimitives.WriteUInt32LittleEndian(output, length ?? (uint)body.Length);
        body.CopyTo(output[4..]);
    }

    /// <summary>Notes in the log that a guest wrote somewhere.</summary>
    public void LogWrite(GuestAddress address) => Log!.Add((int)((address - _slots[SandboxMemory.Slot].Range.Start) / GuestAddress.PageSize));

    public VmExit Run()
    {
        Runs++;
        Fail(nameof(Run));
        return OnRun(this);
    }

    public void Interrupt()
    {
        Interlocked.Increment(ref _interruptAttempts);
        Fail(nameof(Interrupt));
        Interrupts++;
    }

    public void MapMemory(int slot, GuestRange range, HostMemory memory, bool trackWrites)
    {
        Fail(nameof(MapMemory));
        _slots.Add(slot, (range, memory));
    }

    public void UnmapMemory(int slot)
    {
        Fail(nameof(UnmapMemory));
        _slots.Remove(slot);
    }

    public void Protect(GuestRange range, MemoryAccess access) => Fail(nameof(Protect));

    public VcpuState ReadState()
    {
        Fail(nameof(ReadState));
        return _state;
    }

    public GeneralRegisters ReadGuestRegisters()
    {
        Fail(nameof(ReadGuestRegisters));
        return GuestRegisters ?? _state.General;
    }

    public void WriteGuestRegisters(GeneralRegisters registers)
    {
        Fail(nameof(WriteGuestRegisters));
        _state = _state with { General = registers };
    }

    public void WriteState(VcpuState state)
    {
        Fail(nameof(WriteState));
        _state = state;
        OnWriteState();
    }

    public void ReadWrittenPages(int slot, Span<ulong> bitmap)
    {
        Fail(nameof(ReadWrittenPages));
        bitmap.Clear();
        int pages = (int)(_slots[slot].Range.Length / GuestAddress.PageSize);
        foreach (int page in Log ?? Enumerable.Range(0, pages)) bitmap[page / 64] |= 1UL << (page % 64);
    }

    public void ForgetWrittenPages(int slot, ReadOnlySpan<ulong> bitmap)
    {
        Fail(nameof(ForgetWrittenPages));
        for (int page = 0; page < bitmap.Length * 64; page++)
            if ((bitmap[page / 64] >> (page % 64) & 1) != 0 && Log?.Remove(page) == true) Forgotten.Add(page);
    }

    public void Dispose() => IsDisposed = true;

    private void Fail(string operation)
    {
        if (Failing == operation) throw MachineException.FromErrno(operation, 5);
    }

    private GuestRange RangeAt(ulong address)
    {
        Span<byte> bytes = Memory(new GuestAddress(address), 16);
        return new GuestRange(new GuestAddress(BinaryPrimitives.ReadUInt64LittleEndian(bytes)), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }
}
