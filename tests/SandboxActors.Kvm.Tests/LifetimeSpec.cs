using System.Runtime.CompilerServices;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

[Collection(Counting.Name)]
public sealed class LifetimeSpec
{
    // out 0xE0, eax
    private static ReadOnlySpan<byte> Output => [0xE7, 0xE0];

    [KvmFact]
    public void A_thousand_machines_leave_nothing_behind()
    {
        Use(20);
        ProcessResources before = ProcessResources.Capture();

        Use(1000);

        ProcessResources.AssertNoMoreThan(before);
    }

    [KvmFact]
    public void A_machine_that_cannot_get_its_memory_leaves_nothing_behind()
    {
        using var tooSmall = new GuestMemoryArena(SystemLayout.PrivateLength);
        var options = new MachineOptions { OpenPorts = [TestGuest.Port], Arena = tooSmall };
        void Fail(int times)
        {
            for (int round = 0; round < times; round++) Assert.Throws<MachineException>(() => SharedHypervisor.Kvm.CreateMachine(options));
        }

        Fail(5);
        ProcessResources before = ProcessResources.Capture();

        Fail(200);

        ProcessResources.AssertNoMoreThan(before);
        Assert.Equal(0UL, tooSmall.BytesInUse);
    }

    [KvmFact]
    public void A_machine_whose_run_page_or_processor_description_is_refused_leaves_nothing_behind()
    {
        void Fail(int times)
        {
            for (int round = 0; round < times; round++)
            {
                Assert.Throws<KvmUnavailableException>(() => KvmHypervisor.Open(features => features with { RunPageSize = 0 }));
                Assert.Throws<KvmUnavailableException>(
                    () => KvmHypervisor.Open(features => features with { Cpuid = [.. Enumerable.Repeat(features.Cpuid[0], 1000)] }));
            }
        }

        Fail(3);
        ProcessResources before = ProcessResources.Capture();

        Fail(50);

        ProcessResources.AssertNoMoreThan(before);
    }

    [KvmFact]
    public void A_memory_slot_that_kvm_does_not_have_is_refused_and_the_memory_let_go()
    {
        ProcessResources before = ProcessResources.Capture();

        // Opening tries a machine out.
        Assert.Throws<KvmUnavailableException>(() => KvmHypervisor.Open(features => features with { MemorySlotCount = SlotTable.Count }));

        ProcessResources.AssertNoMoreThan(before);
    }

    [KvmFact]
    public void Machines_that_nobody_disposed_are_collected_with_all_they_hold()
    {
        Use(20);
        ProcessResources before = ProcessResources.Capture();

        Abandon(100);

        ProcessResources.AssertNoMoreThan(before);
    }

    [KvmFact]
    public void Mapping_and_unmapping_leaves_nothing_behind()
    {
        using var guest = new TestGuest(Output);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[10_000]);
            MapAndUnmap(guest.Machine, path, times: 10);
            ProcessResources before = ProcessResources.Capture();

            MapAndUnmap(guest.Machine, path, times: 300);

            ProcessResources.AssertNoMoreThan(before);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [KvmFact]
    public void A_machine_outlives_its_hypervisor()
    {
        KvmHypervisor hypervisor = KvmHypervisor.Open();
        using var guest = new TestGuest(Output, hypervisor: hypervisor);

        hypervisor.Dispose();

        guest.RunToOutput();
        Assert.Throws<ObjectDisposedException>(() => hypervisor.CreateMachine(new MachineOptions { OpenPorts = [], Arena = GuestMemoryArena.Shared }));
    }

    private static void Use(int times)
    {
        for (int round = 0; round < times; round++)
        {
            using var guest = new TestGuest(Output);
            guest.RunToOutput();
        }
    }

    // Not inlined, so that no local of the test keeps the last one alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(int times)
    {
        for (int round = 0; round < times; round++) new TestGuest(Output).RunToOutput();
    }

    private static void MapAndUnmap(IVirtualMachine machine, string path, int times)
    {
        for (int round = 0; round < times; round++)
        {
            using var file = MappedFile.Open(path);
            var range = new GuestRange(new GuestAddress(0x1_0000_0000), file.Length);
            machine.MapMemory(5, range, file, trackWrites: false);
            machine.Protect(range, MemoryAccess.Read);
            machine.UnmapMemory(5);
        }
    }
}
