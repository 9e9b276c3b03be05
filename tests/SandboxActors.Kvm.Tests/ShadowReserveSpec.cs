using System.Runtime.InteropServices;
using SandboxActors.Kvm.Native;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Kvm.Tests;

/// <summary>
/// Machines that have given back what KVM set aside for shadow pages are like all others, but smaller. Where KVM shadows nothing they are merely like all others.
/// </summary>
[Collection(Counting.Name)]
public sealed class ShadowReserveSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // mov rax, [rdi]; out 0xE0, eax
    private static readonly byte[] LoadAndOutput = [0x48, 0x8B, 0x07, 0xE7, 0xE0];

    // again: mov [rdi], rdi; add rdi, rsi; dec ecx; jnz again; out 0xE0, eax
    private static readonly byte[] WriteFarApart = [0x48, 0x89, 0x3F, 0x48, 0x01, 0xF7, 0xFF, 0xC9, 0x75, 0xF6, 0xE7, 0xE0];

    [KvmFact]
    public void What_is_used_up_is_dropped()
    {
        using KvmHypervisor hypervisor = TrimmingFrom(0, out bool isWorthwhile);
        Skip.IfNot(isWorthwhile, "This KVM sets nothing aside for shadow pages, or does not say what it drops.");
        using var guest = new TestGuest(LoadAndOutput, hypervisor: hypervisor);

        // KVM counts a root again when the vCPU lets go of it.
        Assert.InRange(((KvmMachine)guest.Machine).ShadowPagesDropped, (ulong)ShadowReserve.Dropped, (ulong)ShadowReserve.Dropped + 2);
    }

    [KvmFact]
    public void Only_where_there_are_many_machines()
    {
        // Machines that nobody disposed count until they are collected.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using KvmHypervisor hypervisor = TrimmingFrom(KvmVmHandle.Count + 2, out bool isWorthwhile);
        Skip.IfNot(isWorthwhile, "This KVM sets nothing aside for shadow pages, or does not say what it drops.");
        TestGuest[] guests = [.. Enumerable.Range(0, 4).Select(_ => new TestGuest(LoadAndOutput, hypervisor: hypervisor))];

        Assert.Equal([false, false, true, true], guests.Select(static guest => ((KvmMachine)guest.Machine).ShadowPagesDropped > 0));

        foreach (TestGuest guest in guests) guest.Dispose();
        using var alone = new TestGuest(LoadAndOutput, hypervisor: hypervisor);
        Assert.Equal(0UL, ((KvmMachine)alone.Machine).ShadowPagesDropped);
    }

    [KvmFact]
    public void A_machine_holds_what_it_holds_without()
    {
        using KvmHypervisor hypervisor = TrimmingFrom(0, out _);
        using var guest = new TestGuest(LoadAndOutput, hypervisor: hypervisor);
        using var other = new TestGuest(LoadAndOutput);
        other.Data.Slice(0, 4).Fill(7);
        guest.Data.Slice(0, 4).Fill(7);
        foreach (TestGuest each in (TestGuest[])[guest, other]) each.Set(general => general with { Rdi = TestGuest.DataStart.Value });

        Assert.Equal(other.Machine.ReadState(), guest.Machine.ReadState());
        Assert.Equal(0x0707_0707u, guest.RunToOutput());
        Assert.Equal(0x0707_0707u, other.RunToOutput());
        Assert.Equal(other.Machine.ReadState(), guest.Machine.ReadState());
    }

    [KvmFact]
    public void A_guest_finds_nothing_where_the_table_led()
    {
        using KvmHypervisor hypervisor = TrimmingFrom(0, out _);
        foreach (ulong address in ShadowReserve.Addresses)
        {
            foreach ((byte[] code, MemoryAccess access) in FaultSpec.Accesses.Select(row => ((byte[])row[0], (MemoryAccess)row[1])))
            {
                using var guest = new TestGuest(code, hypervisor: hypervisor);
                guest.Set(general => general with { Rdi = address, Rcx = 2 });

                GuestFault fault = guest.RunToFault(CpuException.PageFault);

                Assert.Equal((new GuestAddress(address), access, false), (fault.Address, fault.Access, fault.PageWasPresent));
            }
        }
    }

    [KvmFact]
    public void A_guest_that_needs_more_shadow_pages_than_are_left_gets_them()
    {
        const int Places = 200;
        const ulong Apart = 2 << 20;
        using KvmHypervisor hypervisor = TrimmingFrom(0, out _);
        using var arena = new GuestMemoryArena(2 * Places * Apart);
        using GuestMemoryBlock memory = arena.Allocate(Places * Apart);
        using var guest = new TestGuest(WriteFarApart, hypervisor: hypervisor);
        var range = new GuestRange(new GuestAddress(0x1_0000_0000), memory.Length);
        for (int round = 0; round < 3; round++)
        {
            guest.Machine.MapMemory(5, range, memory, trackWrites: true);
            guest.Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Write);
            guest.Set(general => general with { Rip = TestGuest.CodeStart.Value, Rdi = range.Start.Value, Rsi = Apart, Rcx = Places });
            guest.RunToOutput();
            for (ulong place = 0; place < Places; place++)
            {
                Assert.Equal(range.Start.Value + (place * Apart), BitConverter.ToUInt64(memory.Read(place * Apart, sizeof(ulong))));
                memory.Slice(place * Apart, sizeof(ulong)).Clear();
            }

            guest.Machine.UnmapMemory(5);
        }
    }

    [KvmFact]
    public void Signals_while_machines_are_made_do_no_harm()
    {
        const int Signal = 28; // SIGWINCH, which does nothing
        using KvmHypervisor hypervisor = TrimmingFrom(0, out _);
        using var arrived = new ManualResetEventSlim();
        using PosixSignalRegistration registration = PosixSignalRegistration.Create((PosixSignal)Signal, _ => arrived.Set());
        int thread = LibC.gettid();
        bool done = false;
        var signalling = new Thread(() =>
        {
            var random = new Random(9);
            while (!Volatile.Read(ref done))
            {
                Assert.Equal(0, LibC.tgkill(Environment.ProcessId, thread, Signal));
                Thread.SpinWait(random.Next(10_000));
            }
        });
        signalling.Start();
        try
        {
            for (int round = 0; round < 300; round++)
            {
                using var guest = new TestGuest(LoadAndOutput, hypervisor: hypervisor);
                guest.Data.Slice(0, 1)[0] = (byte)round;
                guest.Set(general => general with { Rdi = TestGuest.DataStart.Value });
                Assert.Equal((byte)round, guest.RunToOutput());
            }
        }
        finally
        {
            Volatile.Write(ref done, true);
            Assert.True(signalling.Join(Patience));
        }

        Assert.True(arrived.Wait(Patience));
    }

    [KvmFact]
    public void Machines_leave_nothing_behind()
    {
        using KvmHypervisor hypervisor = TrimmingFrom(0, out _);
        void Use(int times)
        {
            for (int round = 0; round < times; round++) new TestGuest(LoadAndOutput, hypervisor: hypervisor).Dispose();
        }

        Use(20);
        ProcessResources before = ProcessResources.Capture();
        int count = KvmVmHandle.Count;

        Use(300);

        ProcessResources.AssertNoMoreThan(before);
        Assert.Equal(count, KvmVmHandle.Count);
    }

    [KvmFact]
    public void A_machine_whose_first_run_is_refused_is_refused_and_leaves_nothing_behind()
    {
        const int InvalidArgument = 22; // EINVAL
        using KvmHypervisor hypervisor = KvmHypervisor.Open(static features => features, static profile => profile with
        {
            TrimsFrom = 0,
            InitialState = profile.InitialState with { Special = profile.InitialState.Special with { Cr4 = ulong.MaxValue } },
        });
        void Fail(int times)
        {
            for (int round = 0; round < times; round++)
            {
                MachineException refused = Assert.Throws<MachineException>(
                    () => hypervisor.CreateMachine(new MachineOptions { OpenPorts = [], Arena = GuestMemoryArena.Shared }));
                Assert.Equal(("KVM_RUN of a new machine", InvalidArgument), (refused.Operation, refused.Errno));
            }
        }

        Fail(3);
        ProcessResources before = ProcessResources.Capture();
        int count = KvmVmHandle.Count;

        Fail(100);

        ProcessResources.AssertNoMoreThan(before);
        Assert.Equal(count, KvmVmHandle.Count);
    }

    [KvmFact]
    public void Without_statistics_machines_are_as_they_were()
    {
        KvmProfile? found = null;
        using KvmHypervisor hypervisor = KvmHypervisor.Open(features => features with { HasStatistics = false }, profile => found = profile);

        Assert.Equal(int.MaxValue, found!.TrimsFrom);
    }

    private static KvmHypervisor TrimmingFrom(int machines, out bool isWorthwhile)
    {
        bool worthwhile = false;
        KvmHypervisor hypervisor = KvmHypervisor.Open(static features => features, profile =>
        {
            worthwhile = profile.TrimsFrom == ShadowReserve.WorthwhileFrom;
            return profile with { TrimsFrom = machines };
        });
        isWorthwhile = worthwhile;
        return hypervisor;
    }
}
