using System.Runtime.InteropServices;
using SandboxActors.Core;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A file that says anything of a guest's registers brings it no further than the guest could have come by itself.</summary>
public sealed class HostileRegisterSpec : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hostile-registers");

    public void Dispose() => _folder.Delete(recursive: true);

    [SkippableTheory, OnEachBackend]
    public void A_guest_with_registers_of_any_value_runs_or_dies_and_its_machine_is_what_it_was(string backend)
    {
        string saved = Path.Combine(_folder.FullName, "saved");
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Snapshot().Save(saved);
        Snapshot loaded = Snapshot.Load(saved);
        VcpuState own = sandbox.Machine.ReadState();
        var random = new Random(11);
        int died = 0;
        VcpuState? common = null;
        for (int i = 0; i < 500; i++)
        {
            VcpuState hostile = Spoil(loaded.Registers.ToState(), random);
            if (GuestOwnedState.FindImpossible(hostile) is not null) continue;
            using var files = new SnapshotFiles(new BlobDirectory(saved));
            var spoilt = new Snapshot(0, loaded.Origin, loaded.TakesBatches, loaded.Pages, new KeptRegisters(hostile, ref common), [], files: files);
            try
            {
                using Sandbox fork = new SandboxBuilder(Backends.Open(backend), loaded.Image).PrintTo(static _ => { }).Fork(spoilt);
                VcpuState state = fork.Machine.ReadState();
                Assert.Equal(MachinesOwn(own), MachinesOwn(state));
                fork.Call<string>("Echo", new CallOptions { Timeout = TimeSpan.FromSeconds(5) }, "alive");
            }
            catch (SnapshotFormatException refused)
            {
                Assert.Equal(SnapshotProblem.OtherProcessor, refused.Problem);
            }
            catch (GuestPoisonException)
            {
                died++;
            }
            catch (GuestErrorException)
            {
                // It ran, with something else in its registers than it had put there.
            }
        }

        Assert.InRange(died, 30, 500);
        Assert.Equal("unharmed", sandbox.Call<string>("Echo", "unharmed"));
    }

    private static object MachinesOwn(VcpuState state)
    {
        SpecialRegisters special = state.Special;
        return (special.Cs, special.Cr0, special.Cr3, special.Cr4, special.Efer, special.GlobalDescriptorTable, special.InterruptDescriptorTable,
            state.Debug.Dr7, state.ExtendedControl);
    }

    private static VcpuState Spoil(VcpuState state, Random random)
    {
        GeneralRegisters general = state.General;
        Span<ulong> values = MemoryMarshal.Cast<GeneralRegisters, ulong>(new Span<GeneralRegisters>(ref general));
        for (int changes = random.Next(3); changes >= 0; changes--) values[random.Next(values.Length)] = Any(random);
        byte[] extended = [.. state.ExtendedState];
        if (random.Next(2) == 0) random.NextBytes(extended.AsSpan(0, Math.Min(extended.Length, 832)));
        if (random.Next(8) == 0 && extended.Length > 1200) extended[1200] ^= 1;
        if (extended.Length > 28) extended[26] = extended[27] = 0; // of MXCSR, bits that no processor has
        return state with
        {
            General = general,
            Special = state.Special with
            {
                Ds = state.Special.Ds with { Selector = AnySelector(random, state.Special.Ds.Selector) },
                Fs = state.Special.Fs with { Selector = AnySelector(random, state.Special.Fs.Selector), Base = random.Next(4) == 0 ? Any(random) : 0 },
                Cr3 = Any(random),
                Cs = new SegmentRegister { Selector = 0x10 },
            },
            ExtendedState = [.. extended],
            Debug = new DebugRegisters { Dr7 = Any(random) },
        };
    }

    private static ulong Any(Random random) => random.Next(5) switch
    {
        0 => (ulong)random.NextInt64(),
        1 => SimpleGuest.Image.Pages.Start.Value + (ulong)random.NextInt64((long)SimpleGuest.Image.Pages.Length),
        2 => ulong.MaxValue - (ulong)random.Next(64),
        3 => 1UL << random.Next(64),
        _ => (ulong)random.Next(1 << 23),
    };

    private static ushort AnySelector(Random random, ushort good) => random.Next(6) switch
    {
        0 => 0,
        1 => (ushort)random.Next(64),
        _ => good,
    };
}
