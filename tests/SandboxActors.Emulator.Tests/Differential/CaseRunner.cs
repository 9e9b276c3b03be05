using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Runs cases on a bare machine of any hypervisor, as many at once as there are slots.</summary>
internal sealed class CaseRunner : IDisposable
{
    private const int ImageMxcsr = 24;
    private const int ImageVectors = 160;
    private const int ImageComponents = 512;
    private const ulong SseComponent = 2;

    // In halves: code of a case, and a place to land for those that jump.
    private const int Landing = CaseLayout.CodeLength / 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly IVirtualMachine _machine;
    private readonly GuestMemoryBlock _code;
    private readonly GuestMemoryBlock _data;
    private readonly VcpuState _start;

    public CaseRunner(IHypervisor hypervisor)
    {
        GuestMemoryArena arena = GuestMemoryArena.Shared;
        _machine = hypervisor.CreateMachine(new MachineOptions { OpenPorts = [DriverCode.Port], Arena = arena });
        var code =
            new GuestRange(new GuestAddress(CaseLayout.Driver), CaseLayout.Code - CaseLayout.Driver + (CaseLayout.Slots * CaseLayout.CodeLength));
        var data = new GuestRange(new GuestAddress(CaseLayout.Control), CaseLayout.End - CaseLayout.Control);
        _code = arena.Allocate(code.Length);
        _data = arena.Allocate(data.Length);
        _machine.MapMemory(0, code, _code, trackWrites: false);
        _machine.Protect(code, MemoryAccess.Read | MemoryAccess.Execute);
        _machine.MapMemory(1, data, _data, trackWrites: true);
        _machine.Protect(data, MemoryAccess.Read | MemoryAccess.Write);
        DriverCode.Instance.Bytes.CopyTo(_code.Slice(0, DriverCode.Instance.Bytes.Length));
        VcpuState state = _machine.ReadState();
        _start = state with { General = new GeneralRegisters { Rip = CaseLayout.Driver, Rflags = 2 } };
    }

    /// <summary>Runs cases; each has a slot of its own.</summary>
    public IReadOnlyList<Outcome> Run(IReadOnlyList<TestCase> cases)
    {
        // Also what no case of these uses: a wild address may lead there.
        _data.Slice(0, (int)_data.Length).Clear();
        Span<byte> blocks = _data.Slice(CaseLayout.Blocks - CaseLayout.Control, CaseLayout.Slots * CaseLayout.Length);
        for (int i = 0; i < cases.Count; i++) Write(cases[i], i + 1 < cases.Count ? cases[i + 1].Block : 0, blocks);
        var faults = new Dictionary<ulong, Outcome>();
        Span<byte> current = _data.Slice((ulong)DriverCode.CurrentOffset, 8);
        BinaryPrimitives.WriteUInt64LittleEndian(current, cases[0].Block);
        _machine.WriteState(_start);
        while (true)
        {
            VmExit exit = RunBounded();
            ulong block = BinaryPrimitives.ReadUInt64LittleEndian(current);
            if (block == 0) break;
            faults[block] = ReadFault(exit);
            if (exit.Kind == VmExitKind.Interrupted)
                throw new InvalidOperationException($"A case does not end: {cases.Single(made => made.Block == block).Origin}");
            _machine.WriteState(_start with { General = _start.General with { Rip = DriverCode.Instance.Next } });
        }

        var outcomes = new List<Outcome>(cases.Count);
        foreach (TestCase made in cases)
        {
            Span<byte> block = blocks.Slice(made.Slot * CaseLayout.Length, CaseLayout.Length);
            outcomes.Add(faults.TryGetValue(made.Block, out Outcome? fault) ? fault with { Memory = block[CaseLayout.Memory..].ToArray() }
                : ReadEnd(block));
        }

        return outcomes;
    }

    public void Dispose()
    {
        _machine.Dispose();
        _code.Dispose();
        _data.Dispose();
    }

    // Only against a guest that hangs: an interruption that comes late interrupts nothing.
    private VmExit RunBounded()
    {
        using var timer = new Timer(static machine => ((IVirtualMachine)machine!).Interrupt(), _machine, Patience, Timeout.InfiniteTimeSpan);
        return _machine.Run();
    }

    private void Write(TestCase made, ulong next, Span<byte> blocks)
    {
        Span<byte> block = blocks.Slice(made.Slot * CaseLayout.Length, CaseLayout.Length);
        made.Vectors.CopyTo(block[CaseLayout.VectorsIn..]);
        MemoryMarshal.AsBytes<ulong>(made.Registers).CopyTo(block[CaseLayout.RegistersIn..]);
        BinaryPrimitives.WriteUInt64LittleEndian(block[CaseLayout.FlagsIn..], made.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(block[CaseLayout.MxcsrIn..], made.Mxcsr);
        BinaryPrimitives.WriteUInt64LittleEndian(block[CaseLayout.Instruction..], CaseLayout.CodeOf(made.Slot));
        BinaryPrimitives.WriteUInt64LittleEndian(block[CaseLayout.Next..], next);
        made.Memory.CopyTo(block[CaseLayout.Memory..]);

        ulong start = CaseLayout.CodeOf(made.Slot);
        Span<byte> code = _code.Slice(start - CaseLayout.Driver, CaseLayout.CodeLength);
        code.Fill(0xCC);
        byte[] bytes = made.Code;
        bytes.CopyTo(code);
        WriteJump(code, bytes.Length, start);
        if (bytes.Length + 5 > Landing) return;
        byte[] mark = BranchSteps.Mark(made.Slot);
        mark.CopyTo(code[Landing..]);
        WriteJump(code, Landing + mark.Length, start);
    }

    private static void WriteJump(Span<byte> code, int offset, ulong start)
    {
        code[offset] = 0xE9;
        BinaryPrimitives.WriteInt32LittleEndian(code[(offset + 1)..], (int)(DriverCode.Instance.Save - (start + (ulong)offset + 5)));
    }

    private Outcome ReadFault(in VmExit exit)
    {
        VcpuState state = _machine.ReadState();
        GeneralRegisters general = state.General;
        ReadOnlySpan<byte> image = state.ExtendedState.AsSpan();
        bool hasVectors = (BinaryPrimitives.ReadUInt64LittleEndian(image[ImageComponents..]) & SseComponent) != 0;
        return new Outcome
        {
            Exit = exit,
            Registers =
            [
                general.Rax, general.Rcx, general.Rdx, general.Rbx, exit.Kind == VmExitKind.Fault ? exit.Fault.StackPointer.Value : general.Rsp,
                general.Rbp, general.Rsi, general.Rdi, general.R8, general.R9, general.R10, general.R11, general.R12, general.R13, general.R14,
                general.R15,
            ],
            Flags = general.Rflags,
            Mxcsr = BinaryPrimitives.ReadUInt32LittleEndian(image[ImageMxcsr..]),
            Vectors = hasVectors ? image.Slice(ImageVectors, 256).ToArray() : new byte[256],
            Memory = [],
        };
    }

    private static Outcome ReadEnd(ReadOnlySpan<byte> block) => new()
    {
        Exit = null,
        Registers = MemoryMarshal.Cast<byte, ulong>(block.Slice(CaseLayout.RegistersOut, 128)).ToArray(),
        Flags = BinaryPrimitives.ReadUInt64LittleEndian(block[CaseLayout.FlagsOut..]),
        Mxcsr = BinaryPrimitives.ReadUInt32LittleEndian(block[CaseLayout.MxcsrOut..]),
        Vectors = block.Slice(CaseLayout.VectorsOut, 256).ToArray(),
        Memory = block[CaseLayout.Memory..].ToArray(),
    };
}
