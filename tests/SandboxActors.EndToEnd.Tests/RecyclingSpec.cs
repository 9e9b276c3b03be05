using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Core;
using SandboxActors.Core.Machines;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A micro-VM shows its new sandbox nothing of the one before.</summary>
public sealed class RecyclingSpec
{
    private const ulong Secret = 0x5EC0_DE5E_C0DE_5EC1;

    [SkippableTheory]
    [OnEachBackend(true)]
    [OnEachBackend(false)]
    public void A_secret_in_every_register_and_every_page_is_gone(string backend, bool isParked)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        Sandbox former = builder.Build();
        Snapshot golden = former.Snapshot();
        former.Call("NoOp");
        MicroVm vm = former.Vm;
        FillPages(vm);
        vm.Machine.WriteState(FillRegisters(vm.Machine.ReadState()));
        Assert.True(CountInMemory(vm) > 100);
        Assert.True(CountInRegisters(vm.Machine.ReadState()) > 16);
        if (!isParked) former.Dispose();

        // Made anew by running its start, and forked.
        using Sandbox built = builder.Build();
        Assert.Same(vm, built.Vm);
        AssertClean(built);
        using Sandbox forked = built.Fork(golden);
        built.Dispose();
        forked.Call("NoOp");
        Assert.Same(vm, forked.Vm);
        AssertClean(forked);

        // And nothing is missing: it is what it would be on a machine of its own.
        using Sandbox own = SimpleGuest.Builder(backend).Fork(golden);
        own.Call("NoOp");
        Snapshot expected = own.Snapshot();
        Snapshot actual = forked.Snapshot();
        Assert.True(SameContents(expected.Pages, actual.Pages));
        Assert.Equal(expected.Registers.ToState(), actual.Registers.ToState());
        former.Dispose();
    }

    [SkippableTheory, OnEachBackend]
    public void Of_a_call_that_was_broken_off_nothing_is_left_in_the_buffers(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        Sandbox former = builder.Build();
        former.Start("Echo", Wire.GuestValueType.String, string.Concat(Enumerable.Repeat("secret", 1000)));
        former.Dispose();

        using Sandbox next = builder.Build();
        Assert.True(next.BuffersAreClean);
        Assert.Equal(1, pool.Report.Created);
        Assert.Equal("hello", next.Call<string>("Echo", "hello"));
    }

    [SkippableTheory, OnEachBackend]
    public void Regions_and_host_functions_of_the_one_before_are_gone(string backend)
    {
        var at = new GuestAddress(0x1_0000_0000);
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        Sandbox former = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => a + b).Pool(pool).Build();
        former.MapRegion(at, memory, MemoryAccess.Read);
        Assert.Equal(3, former.Call<int>("Add", 1, 2));
        former.Dispose();

        using Sandbox next = SimpleGuest.Builder(backend).Pool(pool).Build();
        Assert.Equal(1, pool.Report.Created);
        Assert.Contains("has no function 'HostAdd'", Assert.Throws<GuestErrorException>(() => next.Call<int>("Add", 1, 2)).Message, StringComparison.Ordinal);
        Assert.Throws<GuestMemoryViolationException>(() => next.Call<byte[]>("ReadMappedBuffer", at.Value, 1UL));
    }

    [SkippableTheory, OnEachBackend]
    public void A_machine_that_ended_in_a_way_that_nobody_knows_is_not_used_again(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool).LogTo(_ => throw new InvalidOperationException("on purpose"));
        Sandbox former = builder.Build();
        Assert.Throws<HostFailedException>(() => former.Call("LogMessage", "text", 4));
        former.Dispose();
        Assert.Equal(0, pool.Report.Live);

        using Sandbox next = builder.Build();
        Assert.Equal(2, pool.Report.Created);
    }

    private static void FillPages(MicroVm vm)
    {
        foreach (GuestRange part in vm.Shape.Layout.Parts().Where(part => part.Access.HasFlag(MemoryAccess.Write)).Select(part => part.Range))
            vm.Memory.FillAsGuest(part, Secret);
        foreach (GuestRange segment in vm.Shape.Image.Segments.Where(segment => segment.Access.HasFlag(MemoryAccess.Write)).Select(segment => segment.Pages))
            vm.Memory.FillAsGuest(segment, Secret);
    }

    private static VcpuState FillRegisters(VcpuState state)
    {
        byte[] extended = [.. state.ExtendedState];
        MemoryMarshal.Cast<byte, ulong>(extended.AsSpan(160, 256)).Fill(Secret); // all of SSE
        for (int register = 0; register < 8; register++) BitConverter.TryWriteBytes(extended.AsSpan(32 + (register * 16)), Secret);
        return state with
        {
            General = state.General with
            {
                Rax = Secret,
                Rbx = Secret,
                Rcx = Secret,
                Rdx = Secret,
                Rsi = Secret,
                Rdi = Secret,
                Rbp = Secret,
                Rsp = Secret,
                R8 = Secret,
                R9 = Secret,
                R10 = Secret,
                R11 = Secret,
                R12 = Secret,
                R13 = Secret,
                R14 = Secret,
                R15 = Secret,
            },
            Special = state.Special with { Fs = state.Special.Fs with { Base = Secret >> 20 }, Gs = state.Special.Gs with { Base = Secret >> 20 } },
            Debug = state.Debug with { Dr0 = Secret >> 20, Dr1 = Secret >> 20, Dr2 = Secret >> 20, Dr3 = Secret >> 20 },
            ExtendedState = ImmutableArray.Create(extended),
        };
    }

    private static void AssertClean(Sandbox sandbox)
    {
        Assert.Equal(0, CountInMemory(sandbox.Vm));
        Assert.Equal(0, CountInRegisters(sandbox.Machine.ReadState()));
    }

    private static int CountInMemory(MicroVm vm)
    {
        int found = 0;
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(vm.Memory.All))
            if (word == Secret) found++;
        return found;
    }

    private static int CountInRegisters(VcpuState state)
    {
        GeneralRegisters general = state.General;
        ulong[] all =
        [
            general.Rax, general.Rbx, general.Rcx, general.Rdx, general.Rsi, general.Rdi, general.Rbp, general.Rsp, general.R8, general.R9, general.R10,
            general.R11, general.R12, general.R13, general.R14, general.R15, .. MemoryMarshal.Cast<byte, ulong>(state.ExtendedState.AsSpan()),
        ];
        ulong[] shifted = [state.Special.Fs.Base, state.Special.Gs.Base, state.Debug.Dr0, state.Debug.Dr1, state.Debug.Dr2, state.Debug.Dr3];
        return all.Count(value => value == Secret) + shifted.Count(value => value == Secret >> 20);
    }

    // By content: what is equal need not be the same object.
    private static bool SameContents(PageTree one, PageTree other)
    {
        byte[] first = new byte[GuestAddress.PageSize];
        var numbers = one.All().Concat(other.All()).Select(held => held.Number).Distinct();
        return numbers.All(number =>
        {
            one[number].CopyTo(first);
            return other[number].Holds(first);
        });
    }
}
