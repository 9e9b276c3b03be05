using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests;

/// <summary>A bare machine in software that runs one case after the other from a given state, and says all that became of it.</summary>
internal sealed class StatefulMachine : IDisposable
{
    private const byte Port = 0xE0;
    private const byte OutImmediate = 0xE7;
    private const byte Breakpoint = 0xCC;
    private const int ImageMxcsr = 24;
    private const int ImageVectors = 160;

    private readonly EmulatedMachine _machine;
    private readonly GuestMemoryBlock _code;
    private readonly GuestMemoryBlock _data;
    private readonly VcpuState _rest;

    public StatefulMachine(int translateAfter)
    {
        GuestMemoryArena arena = GuestMemoryArena.Shared;
        using var hypervisor = new EmulatedHypervisor(new EmulatorOptions { TranslateAfter = translateAfter });
        _machine = (EmulatedMachine)hypervisor.CreateMachine(new MachineOptions { OpenPorts = [Port], Arena = arena });
        var code = new GuestRange(new GuestAddress(CaseLayout.Code), CaseLayout.Slots * CaseLayout.CodeLength);
        var data = new GuestRange(new GuestAddress(CaseLayout.Control), CaseLayout.End - CaseLayout.Control);
        _code = arena.Allocate(code.Length);
        _data = arena.Allocate(data.Length);
        _machine.MapMemory(0, code, _code, trackWrites: false);
        _machine.Protect(code, MemoryAccess.Read | MemoryAccess.Execute);
        _machine.MapMemory(1, data, _data, trackWrites: true);
        _machine.Protect(data, MemoryAccess.Read | MemoryAccess.Write);
        _rest = _machine.ReadState();
    }

    /// <summary>Writes a case's code, and behind it the way out.</summary>
    public void Load(TestCase made)
    {
        Span<byte> code = _code.Slice((ulong)(made.Slot * CaseLayout.CodeLength), CaseLayout.CodeLength);
        byte[] bytes = made.Code;
        code.Fill(Breakpoint);
        bytes.CopyTo(code);
        code[bytes.Length] = OutImmediate;
        code[bytes.Length + 1] = Port;
    }

    /// <summary>Runs a case that has been loaded, in the state it has now.</summary>
    public string Run(TestCase made)
    {
        Span<byte> memory = _data.Slice(made.Block + CaseLayout.Memory - CaseLayout.Control, CaseLayout.MemoryLength);
        made.Memory.CopyTo(memory);
        _machine.WriteState(StateOf(made));
        ulong before = _machine.InstructionCount;
        VmExit exit = _machine.Run();
        VcpuState after = _machine.ReadState();
        ReadOnlySpan<byte> image = after.ExtendedState.AsSpan();
        return $"{exit} {after.General} mxcsr {BinaryPrimitives.ReadUInt32LittleEndian(image[ImageMxcsr..]):x} {_machine.InstructionCount - before} instructions "
            + $"xmm {Convert.ToHexString(image.Slice(ImageVectors, 256))} memory {Convert.ToHexString(memory)}";
    }

    public void Dispose()
    {
        _machine.Dispose();
        _code.Dispose();
        _data.Dispose();
    }

    private VcpuState StateOf(TestCase made)
    {
        byte[] image = [.. _rest.ExtendedState];
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(ImageMxcsr), made.Mxcsr);
        made.Vectors.CopyTo(image.AsSpan(ImageVectors));
        ulong[] r = made.Registers;
        var general = new GeneralRegisters
        {
            Rax = r[0],
            Rcx = r[1],
            Rdx = r[2],
            Rbx = r[3],
            Rsp = r[4],
            Rbp = r[5],
            Rsi = r[6],
            Rdi = r[7],
            R8 = r[8],
            R9 = r[9],
            R10 = r[10],
            R11 = r[11],
            R12 = r[12],
            R13 = r[13],
            R14 = r[14],
            R15 = r[15],
            Rip = CaseLayout.CodeOf(made.Slot),
            Rflags = made.Flags,
        };
        return _rest with { General = general, ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image) };
    }
}
