using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <content>Finding out what no capability tells.</content>
internal sealed partial class KvmMachine
{
    private const ushort TrialPort = 0x40;
    private static readonly GuestRange TrialCode = new(new GuestAddress(0x40_0000), GuestAddress.PageSize);

    /// <summary>
    /// How many machines a process must have for <see cref="ShadowReserve"/> to be worthwhile, tried on a machine made for that: whether KVM says that it dropped
    /// shadow pages. Where paging is nested there are none.
    /// </summary>
    public static int FindTrimsFrom(KvmSystem system, KvmFeatures features, KvmProfile profile)
    {
        if (!features.HasStatistics) return int.MaxValue;
        try
        {
            using KvmMachine machine =
                Create(system, features, profile with { TrimsFrom = 0 }, new MachineOptions { OpenPorts = [], Arena = GuestMemoryArena.Shared });
            return machine.ShadowPagesDropped >= ShadowReserve.Dropped ? ShadowReserve.WorthwhileFrom : int.MaxValue;
        }
        catch (MachineException)
        {
            // That is an answer too: this KVM does not run it as it should, and machines can be without.
            return int.MaxValue;
        }
    }

    /// <summary>
    /// Whether guests of this KVM can load their extended state by themselves, tried on a machine made for that: every component must come out as it went
    /// in. Asking CPUID would not do: a software KVM was seen that denies XSAVE and runs it all the same, since it runs CPL3 on the bare processor.
    /// </summary>
    /// <exception cref="MachineException">The kernel refused the machine.</exception>
    public static bool CanLoadExtendedState(KvmSystem system, KvmFeatures features, KvmProfile profile)
    {
        if (features.ExtendedState.Components == 0 || features.ExtendedState.UsedLength > ResumeTrampoline.LargestImage) return false;
        using GuestMemoryBlock code = GuestMemoryArena.Shared.Allocate(TrialCode.Length);
        ReadOnlySpan<byte> output = [0xE7, (byte)TrialPort]; // out TrialPort, eax
        output.CopyTo(code.Slice(0, output.Length));

        profile = profile with { LoadsExtendedState = true };
        using KvmMachine machine = Create(system, features, profile, new MachineOptions { OpenPorts = [TrialPort], Arena = GuestMemoryArena.Shared });
        machine.MapMemory(0, TrialCode, code, trackWrites: false);
        machine.Protect(TrialCode, MemoryAccess.Read | MemoryAccess.Execute);
        byte[] image = features.ExtendedState.CreateDistinct();
        VcpuState state = machine.ReadState() with
        {
            General = new GeneralRegisters { Rip = TrialCode.Start.Value, Rax = 3, Rdx = 5, Rflags = 2 },
            ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image),
        };
        machine.WriteState(state);
        VcpuStateAccess.WriteExtendedState(machine._vcpu.Handle, ImmutableCollectionsMarshal.AsImmutableArray(features.ExtendedState.CreateInitial()));

        VmExit exit = machine.Run();
        VcpuState after = machine.ReadState();
        return exit == VmExit.Output(TrialPort, 3) && after.General.Rdx == 5
            && after.ExtendedState.AsSpan().SequenceEqual(image);
    }
}
