using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// A machine without anything in it but code, data that can be written, a page behind it that can only be read, and nothing behind that. RIP
/// stands at
/// the code's first byte, RSP at the end of what can be written.
/// </summary>
internal sealed class BareGuest : IDisposable
{
    public const byte Port = 0xE0;
    public const int DataSlot = 1;
    public const int DataPages = 4;

    public static readonly GuestAddress Code = new(0x40_0000);
    public static readonly GuestAddress Data = new(0x50_0000);

    /// <summary>A page that can be read only; the data ends here.</summary>
    public static readonly GuestAddress ReadOnly = Data + (DataPages * GuestAddress.PageSize);

    /// <summary>From here on nothing is mapped.</summary>
    public static readonly GuestAddress Unmapped = ReadOnly + GuestAddress.PageSize;

    public BareGuest(string backend, params byte[] code)
        : this(Backends.Open(backend), code)
    {
    }

    public BareGuest(IHypervisor hypervisor, params byte[] code)
    {
        GuestMemoryArena arena = GuestMemoryArena.Shared;
        Machine = hypervisor.CreateMachine(new MachineOptions { OpenPorts = [Port], Arena = arena });
        CodeMemory = arena.Allocate(GuestAddress.PageSize);
        DataMemory = arena.Allocate(Unmapped - Data);
        code.CopyTo(CodeMemory.Slice(0, code.Length));
        Machine.MapMemory(0, new GuestRange(Code, CodeMemory.Length), CodeMemory, trackWrites: false);
        Machine.MapMemory(DataSlot, new GuestRange(Data, DataMemory.Length), DataMemory, trackWrites: true);
        Machine.Protect(new GuestRange(Code, CodeMemory.Length), MemoryAccess.Read | MemoryAccess.Execute);
        Machine.Protect(new GuestRange(Data, ReadOnly - Data), MemoryAccess.Read | MemoryAccess.Write);
        Machine.Protect(new GuestRange(ReadOnly, GuestAddress.PageSize), MemoryAccess.Read);
        Set(general => general with { Rip = Code.Value, Rsp = ReadOnly.Value });
    }

    public IVirtualMachine Machine { get; }

    public GuestMemoryBlock CodeMemory { get; }

    public GuestMemoryBlock DataMemory { get; }

    public GeneralRegisters General => Machine.ReadState().General;

    /// <summary>Changes general registers.</summary>
    public BareGuest Set(Func<GeneralRegisters, GeneralRegisters> change)
    {
        VcpuState state = Machine.ReadState();
        Machine.WriteState(state with { General = change(state.General) });
        return this;
    }

    /// <summary>The data at an address.</summary>
    public Span<byte> At(GuestAddress address, int length) => DataMemory.Slice(address - Data, length);

    /// <summary>Runs, and asserts that the guest wrote to the port.</summary>
    /// <returns>What it wrote.</returns>
    public uint RunToOutput()
    {
        VmExit exit = Machine.Run();
        Assert.Equal((VmExitKind.Output, Port), (exit.Kind, exit.Port));
        return exit.Value;
    }

    /// <summary>Runs, and asserts that the guest raised an exception.</summary>
    public GuestFault RunToFault(CpuException vector)
    {
        VmExit exit = Machine.Run();
        Assert.Equal((VmExitKind.Fault, vector), (exit.Kind, exit.Fault.Vector));
        return exit.Fault;
    }

    public void Dispose()
    {
        Machine.Dispose();
        CodeMemory.Dispose();
        DataMemory.Dispose();
    }
}
