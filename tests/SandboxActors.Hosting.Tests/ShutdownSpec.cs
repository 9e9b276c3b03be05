using Microsoft.Extensions.Hosting;
using SandboxActors.TestSupport;

namespace SandboxActors.Hosting.Tests;

/// <summary>A host that has stopped leaves nothing of its sandboxes behind. Runs alone, since it counts what the process holds.</summary>
[Collection(nameof(CountingAlone))]
public sealed class ShutdownSpec
{
    [SkippableTheory, OnEachBackend]
    public async Task A_host_that_has_stopped_leaves_no_thread_mapping_or_descriptor_though_guests_spin(string backend)
    {
        await RunHostAsync(backend);
        ProcessResources.AssertNoMoreThan(ProcessResources.Capture()); // the counting itself loads what it needs
        ProcessResources before = ProcessResources.Capture();
        for (int i = 0; i < 20; i++) await RunHostAsync(backend);
        ProcessResources.AssertNoMoreThan(before);
    }

    private static async Task RunHostAsync(string backend)
    {
        using IHost host = TestHost.Build(options => options.On(backend).Guest("simple", "guests/simple.elf").GuestThreads(4));
        await host.StartAsync();
        ISandboxes sandboxes = host.Sandboxes();
        SandboxRef[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => sandboxes.CreateAsync("simple"))).WaitAsync(TestHost.Patience);
        Task[] spins = [.. all.Select(sandbox => sandbox.CallAsync("Spin"))];
        await host.StopAsync().WaitAsync(TestHost.Patience);
        foreach (Task spin in spins) await Assert.ThrowsAsync<SandboxStoppedException>(() => spin.WaitAsync(TestHost.Patience));
    }
}
