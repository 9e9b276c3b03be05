using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>A restore that fails half way leaves the sandbox unrecoverable, and says so; one that cannot begin changes nothing.</summary>
public sealed class RestoreFailureSpec
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    [Theory]
    [InlineData(nameof(IVirtualMachine.WriteState))]
    [InlineData(nameof(IVirtualMachine.ReadWrittenPages))]
    [InlineData(nameof(IVirtualMachine.UnmapMemory))]
    public void A_restore_that_fails_half_way_makes_the_sandbox_unrecoverable(string operation)
    {
        var hypervisor = new ScriptedHypervisor();
        using Sandbox sandbox = new SandboxBuilder(hypervisor, Image).Build();
        ScriptedMachine machine = hypervisor.Machines[0];
        Snapshot snapshot = sandbox.Snapshot();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        sandbox.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read);

        machine.Failing = operation;
        RestoreFailedException failure = Assert.Throws<RestoreFailedException>(() => sandbox.Restore(snapshot));
        Assert.Equal(operation, Assert.IsType<MachineException>(failure.InnerException).Operation);
        Assert.Equal(SandboxStatus.Unrecoverable, sandbox.Status);

        machine.Failing = null;
        Assert.Throws<UnrecoverableSandboxException>(() => sandbox.Restore(snapshot));
        Assert.Throws<UnrecoverableSandboxException>(() => sandbox.Call("Any"));
        Assert.Throws<UnrecoverableSandboxException>(() => sandbox.Snapshot());
        Assert.Throws<UnrecoverableSandboxException>(() => sandbox.MapRegion(new GuestAddress(0x2_0000_0000), memory, MemoryAccess.Read));
        sandbox.Dispose();
        Assert.Equal(SandboxStatus.Disposed, sandbox.Status);
        Assert.True(machine.IsDisposed);
    }

    [Theory]
    [InlineData(nameof(IVirtualMachine.MapMemory))]
    [InlineData(nameof(IVirtualMachine.Protect))]
    [InlineData(nameof(IVirtualMachine.ReadState))]
    [InlineData(nameof(IVirtualMachine.WriteState))]
    public void A_sandbox_that_cannot_be_built_leaves_nothing(string operation)
    {
        using var arena = new GuestMemoryArena(1UL << 30);
        var hypervisor = new FailingHypervisor(operation);
        Assert.Throws<MachineException>(() => new SandboxBuilder(hypervisor, Image) { Arena = arena }.Build());
        Assert.True(hypervisor.Machine!.IsDisposed);
        Assert.Equal(0UL, arena.BytesInUse);
    }

    [Theory]
    [InlineData(nameof(IVirtualMachine.MapMemory))]
    [InlineData(nameof(IVirtualMachine.Protect))]
    public void A_mapping_that_fails_leaves_nothing_mapped(string operation)
    {
        var hypervisor = new ScriptedHypervisor();
        using Sandbox sandbox = new SandboxBuilder(hypervisor, Image).Build();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        hypervisor.Machines[0].Failing = operation;
        Assert.Throws<MachineException>(() => sandbox.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read));
        Assert.Empty(sandbox.MappedRegions);
        Assert.Equal(2, hypervisor.Machines[0].Mapped);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    private sealed class FailingHypervisor(string operation) : IHypervisor
    {
        public ScriptedMachine? Machine { get; private set; }

        public string Name => "failing";

        public uint TimestampCounterKilohertz => 0;

        public IVirtualMachine CreateMachine(MachineOptions options) => Machine = new ScriptedMachine(_ => ScriptedMachine.Ready) { Failing = operation };

        public void Dispose()
        {
        }
    }
}
