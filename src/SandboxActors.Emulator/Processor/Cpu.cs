using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>
/// A run in progress: the processor's state and a window on guest memory. It lives on the stack of the run, because it holds spans.
/// </summary>
internal ref partial struct Cpu
{
    /// <summary>What outlives the run.</summary>
    public readonly ProcessorState State;

    /// <summary>The machine's gate: whether somebody wants the run to end.</summary>
    public readonly RunGate Gate;

    /// <summary>Where the guest goes on when the instruction at work is done.</summary>
    public ulong NextRip;

    /// <summary>Which instruction of the block is at work.</summary>
    public int Index;

    /// <summary>Whether the run ends behind the instruction at work, with <see cref="Exit"/>.</summary>
    public bool IsEnding;

    /// <summary>Why the run ends.</summary>
    public VmExit Exit;

    /// <summary>The count of instructions at which the run ends.</summary>
    public ulong Limit;

    /// <summary>Instructions that translated code may still carry out.</summary>
    public long Budget;

    /// <summary>The instruction that translated code has handed to its handler.</summary>
    public Operation? Current;

    /// <summary>Whether translated code stopped before an instruction that it cannot do itself.</summary>
    public bool MustInterpret;

    /// <summary>What a slow read, or slow arithmetic, found.</summary>
    public Vector128<byte> Found;

    /// <summary>The memory of the slot that was last used.</summary>
    public Span<byte> Window;

    /// <summary>What the guest may do with each of its pages: as many as <see cref="Window"/> has.</summary>
    public byte[] WindowPermissions;

    /// <summary>The guest address of its first byte.</summary>
    public ulong WindowStart;

    private readonly SlotTable _slots;
    private readonly ReadOnlySpan<bool> _openPorts;
    public Cpu(ProcessorState state, SlotTable slots, RunGate gate, ReadOnlySpan<bool> openPorts)
    {
        State = state;
        Gate = gate;
        _slots = slots;
        _openPorts = openPorts;
        WindowPermissions = [];
    }

    /// <summary>Whether the guest may write 4 bytes to a port.</summary>
    public readonly bool IsPortOpen(ushort port) => port < _openPorts.Length && _openPorts[port];

    /// <summary>A general register, all 64 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ref ulong Register(int number) => ref State.General[number];

    /// <summary>The effective linear address of an instruction's memory operand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ulong AddressOf(Operation operation)
    {
        ulong address = operation.Displacement + State.General[operation.Base] + (State.General[operation.IndexRegister] << operation.IndexShift);
        return operation.HasPlainAddress ? address : Adjust(address, operation);
    }

    /// <summary>Goes on elsewhere.</summary>
    /// <exception cref="ProcessorTrapException">#GP: the address is not canonical.</exception>
    public void Jump(ulong target)
    {
        if (!IsCanonical(target)) throw ProcessorTrapException.Protection();
        NextRip = target;
    }

    /// <summary>Whether bits 47 to 63 are equal.</summary>
    public static bool IsCanonical(ulong address) => (ulong)((long)(address << 16) >> 16) == address;

    private readonly ulong Adjust(ulong address, Operation operation)
    {
        if (operation.HasAddress32) address = (uint)address;
        return operation.Segment switch
        {
            SegmentBase.Fs => address + State.FsBase,
            SegmentBase.Gs => address + State.GsBase,
            _ => address,
        };
    }
}
