using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>With a real guest, too, a call allocates its result and nothing else.</summary>
public sealed class AllocationSpec
{
    private const int Times = 1_000;

    [SkippableTheory, OnEachBackend]
    public void A_call_without_result_allocates_nothing(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        Assert.Equal(0, Allocated(() => sandbox.Call("NoOp")));
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_with_numbers_that_calls_a_host_function_with_numbers_allocates_nothing(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => a + b).Build();
        int sum = 0;
        Assert.Equal(0, Allocated(() => sum = sandbox.Call<int>("Add", 1, 2)));
        Assert.Equal(3, sum);
    }

    private static long Allocated(Action call)
    {
        for (int i = 0; i < Times; i++) call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Times; i++) call();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
