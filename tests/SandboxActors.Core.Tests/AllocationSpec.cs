using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>A call allocates its result and nothing else, and numbers are no objects.</summary>
public sealed class AllocationSpec
{
    private const int Times = 1_000;
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    [Fact]
    public void A_call_without_result_allocates_nothing()
    {
        using Sandbox sandbox = Answering(GuestValue.Void);
        Assert.Equal(0, Allocated(() => sandbox.Call("NoOp")));
        Assert.Equal(0, Allocated(() => sandbox.Call("NoOp", 1, 2L, 3f, 4d, true)));
    }

    [Fact]
    public void A_call_for_a_number_allocates_nothing()
    {
        using Sandbox sandbox = Answering(3.5);
        double result = 0;
        Assert.Equal(0, Allocated(() => result = sandbox.Call<double>("Half", 7)));
        Assert.Equal(3.5, result);
    }

    [Fact]
    public void A_call_of_a_host_function_with_numbers_allocates_nothing()
    {
        byte[] hostCall = [.. new MessageWriter().WriteCall("HostAdd", GuestValueType.Int32, [1, 2])];
        bool hasCalled = false;
        using Sandbox sandbox = Answering(
            3,
            builder => builder.HostFunction("HostAdd", (int a, int b) => a + b),
            machine => (hasCalled = !hasCalled) ? Emit(machine, GuestAbi.HostCallPort, hostCall) : null);

        int sum = 0;
        Assert.Equal(0, Allocated(() => sum = sandbox.Call<int>("Add", 1, 2)));
        Assert.Equal(3, sum);
    }

    [Fact]
    public void A_text_is_the_one_thing_that_a_call_for_a_text_allocates()
    {
        using Sandbox sandbox = Answering("text");
        long one = Allocated(() => _ = new string('t', 4));
        Assert.Equal(one, Allocated(() => _ = sandbox.Call<string>("Say", 1)));
    }

    private static long Allocated(Action call)
    {
        for (int i = 0; i < Times; i++) call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++) call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static Sandbox Answering(
        GuestValue result, Action<SandboxBuilder>? configure = null, Func<ScriptedMachine, VmExit?>? first = null)
    {
        byte[] answer = [.. new MessageWriter().WriteReturn(result)];
        var hypervisor = new ScriptedHypervisor();
        SandboxBuilder builder = new SandboxBuilder(hypervisor, Image).PrintTo(static _ => { });
        configure?.Invoke(builder);
        Sandbox sandbox = builder.Build();
        hypervisor.Machines[0].OnRun = machine => first?.Invoke(machine) ?? Emit(machine, GuestAbi.ReadyPort, answer);
        return sandbox;
    }

    private static VmExit Emit(ScriptedMachine machine, ushort port, byte[] message)
    {
        machine.Emit(0, message.AsSpan(GuestAbi.SizePrefix));
        return VmExit.Output(port, 0);
    }
}
