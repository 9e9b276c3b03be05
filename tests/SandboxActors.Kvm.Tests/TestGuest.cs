using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

/// <summary>A machine with a few pages of code and of data, and RIP at the code's first byte. The stack is in the data's upper half.</summary>
internal sealed class TestGuest : IDisposable
{
    public const int CodeSlot = 0;
    public const int DataSlot = 1;
    public const int DataPages = 16;
    public const ushort Port = 0xE0;
    public const ushort OtherPort = 0xE1;

    public static readonly GuestAddress CodeStart = new(0x40_0000);
    public static readonly GuestAddress DataStart = new(0x50_0000);
    public static readonly GuestAddress StackTop = DataStart + (DataPages * GuestAddress.PageSize);

    public TestGuest(ReadOnlySpan<byte> code, GuestMemoryArena? arena = null, KvmHypervisor? hypervisor = null)
    {
        arena ??= GuestMemoryArena.Shared;
        Machine = (hypervisor ?? SharedHypervisor.Kvm).CreateMachine(new MachineOptions { OpenPorts = [Port, OtherPort], Arena = arena });
        Code = arena.Allocate((ulong)code.Length);
        code.CopyTo(Code.Slice(0, code.Length));
        Data = arena.Allocate(DataPages * GuestAddress.PageSize);

        Machine.MapMemory(CodeSlot, CodeRange, Code, trackWrites: false);
        Machine.Protect(CodeRange, MemoryAccess.Read | MemoryAccess.Execute);
        Machine.MapMemory(DataSlot, DataRange, Data, trackWrites: true);
        Machine.Protect(DataRange, MemoryAccess.Read | MemoryAccess.Write);
        Set(general => general with { Rip = CodeStart.Value, Rsp = StackTop.Value });
    }

    public IVirtualMachine Machine { get; }

    public GuestMemoryBlock Code { get; }

    public GuestMemoryBlock Data { get; }

    public GuestRange CodeRange => new(CodeStart, Code.Length);

    public GuestRange DataRange => new(DataStart, Data.Length);

    public GeneralRegisters General => Machine.ReadState().General;

    /// <summary>Changes general registers.</summary>
    public void Set(Func<GeneralRegisters, GeneralRegisters> change)
    {
        VcpuState state = Machine.ReadState();
        Machine.WriteState(state with { General = change(state.General) });
    }

    /// <summary>Runs, and asserts that the guest wrote to <see cref="Port"/>.</summary>
    /// <returns>What it wrote.</returns>
    public uint RunToOutput()
    {
        VmExit exit = Machine.Run();
        Assert.Equal(VmExitKind.Output, exit.Kind);
        Assert.Equal(Port, exit.Port);
        return exit.Value;
    }

    /// <summary>Runs, and asserts that the guest raised an exception.</summary>
    public GuestFault RunToFault(CpuException vector)
    {
        VmExit exit = Machine.Run();
        Assert.Equal(VmExitKind.Fault, exit.Kind);
        Assert.Equal(vector, exit.Fault.Vector);
        return exit.Fault;
    }

    public void Dispose()
    {
        Machine.Dispose();
        Code.Dispose();
        Data.Dispose();
    }
}
