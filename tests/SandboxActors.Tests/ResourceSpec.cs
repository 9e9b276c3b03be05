using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>What sandboxes take of the system they give back. Runs alone, since it counts what the process holds.</summary>
[Collection(nameof(CountingAlone))]
public sealed class ResourceSpec : SandboxTest
{
    [SkippableTheory, OnEachBackend]
    public async Task Thousands_of_sandboxes_leave_nothing_behind(string backend)
    {
        Sandboxes sandboxes = Start(backend, change: s => s with { Healing = s.Healing with { MaximumRestores = HealingSettings.Unlimited } });
        SandboxDefinition definition = sandboxes.Define("simple", s => s.HostFunction("HostAdd", (int a, int b) => a + b));
        await LiveAsync(sandboxes, definition, 50);
        ProcessResources.AssertNoMoreThan(ProcessResources.Capture()); // the counting itself loads what it needs
        ProcessResources before = ProcessResources.Capture();
        for (int batch = 0; batch < 40; batch++) await LiveAsync(sandboxes, definition, 50);
        ProcessResources.AssertNoMoreThan(before);
    }

    [SkippableTheory, OnEachBackend]
    public async Task An_actor_system_that_ends_leaves_nothing_behind_though_its_guests_spin(string backend)
    {
        await LiveAndTerminateAsync(backend);
        ProcessResources before = ProcessResources.Capture();
        for (int i = 0; i < 20; i++) await LiveAndTerminateAsync(backend);
        ProcessResources.AssertNoMoreThan(before);
    }

    private static async Task LiveAsync(Sandboxes sandboxes, SandboxDefinition definition, int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            SandboxRef sandbox = await sandboxes.CreateAsync(definition).WaitAsync(Patience);
            Assert.Equal(5, await sandbox.CallAsync<int>("Add", 2, 3).WaitAsync(Patience));
            if (i % 3 == 0) await Assert.ThrowsAsync<GuestAbortedException>(() => sandbox.CallAsync("guest_panic", "on purpose").WaitAsync(Patience));
            if (i % 5 == 0) await sandbox.SnapshotAsync().WaitAsync(Patience);
            Task pending = sandbox.CallAsync("Spin");
            await sandbox.StopAsync().WaitAsync(Patience);
            await Assert.ThrowsAsync<SandboxStoppedException>(() => pending.WaitAsync(Patience));
        }));

    private static async Task LiveAndTerminateAsync(string backend)
    {
        using var system = Akka.Actor.ActorSystem.Create("ends", "akka.loglevel = WARNING, akka.log-dead-letters = off");
        var sandboxes = Sandboxes.Start(system, new SandboxesSetup(Backends.Open(backend))
        {
            Guests = new Dictionary<string, GuestImage> { ["simple"] = Simple },
            Settings = new SandboxSettings { GuestThreads = 4 },
        });
        SandboxRef sandbox = await sandboxes.CreateAsync("simple").WaitAsync(Patience);
        Task spin = sandbox.CallAsync("Spin");
        await system.Terminate().WaitAsync(Patience);
        await Assert.ThrowsAsync<SandboxStoppedException>(() => spin.WaitAsync(Patience));
    }
}
