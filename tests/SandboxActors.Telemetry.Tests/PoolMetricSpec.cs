using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>What an operator's meter says of pools.</summary>
public sealed class PoolMetricSpec : IDisposable
{
    private readonly Metering _metering = new();

    public void Dispose() => _metering.Dispose();

    [SkippableTheory, OnEachBackend]
    public void A_lease_says_whether_a_machine_was_free(string backend)
    {
        using var pool = new SandboxPool(new SandboxPoolOptions { MaximumLive = 1 });
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        Sandbox first = builder.Build(); // made
        using Sandbox second = builder.Build(); // the first's, which is parked
        Assert.True(first.IsParked);
        Assert.Equal((0, 2), Leases());
        Assert.Equal(1, _metering.Count("sandbox.pool.created"));
        Assert.Equal(1, _metering.Count("sandbox.pool.parked"));

        second.Dispose();
        first.Call("NoOp"); // the one that is free now
        first.Dispose();
        Assert.Equal((1, 2), Leases());
    }

    [SkippableTheory, OnEachBackend]
    public void Micro_VMs_are_counted_by_whether_a_sandbox_has_them(string backend)
    {
        (long Free, long Leased) before = Machines();
        using var pool = new SandboxPool();
        SandboxBuilder builder = SimpleGuest.Builder(backend).Pool(pool);
        Sandbox first = builder.Build();
        using Sandbox second = builder.Build();
        Assert.Equal((before.Free, before.Leased + 2), Machines());
        first.Dispose();
        Assert.Equal((before.Free + 1, before.Leased + 1), Machines());
    }

    private (long Hits, long Misses) Leases() => (_metering.Count("sandbox.pool.leases", "hit=true"), _metering.Count("sandbox.pool.leases", "hit=false"));

    private (long Free, long Leased) Machines() =>
        (_metering.Count("sandbox.pool.micro_vms", "state=free"), _metering.Count("sandbox.pool.micro_vms", "state=leased"));
}
