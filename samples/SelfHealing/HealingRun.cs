using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors;
using SandboxActors.Guests;
using SandboxActors.Hosting;

namespace SelfHealing;

/// <summary>The whole run: sandboxes are made, work, prove that they are healthy, and end.</summary>
/// <param name="sandboxCount">How many sandboxes.</param>
/// <param name="duration">How long they work.</param>
/// <param name="seed">What decides who does what.</param>
internal sealed class HealingRun(int sandboxCount, TimeSpan duration, int seed)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>Whether every answer was right and every sandbox is healthy.</returns>
    /// <exception cref="SandboxActors.Kvm.KvmUnavailableException">The backend kvm was asked for, and cannot be used.</exception>
    /// <exception cref="SandboxConfigurationException">A setting, or the environment's choice of a backend, is wrong.</exception>
    public async Task<bool> RunAsync(CancellationToken cancelled)
    {
        using IHost host = BuildHost();
        await host.StartAsync(cancelled);
        ISandboxes sandboxes = host.Services.GetRequiredService<ISandboxes>();
        var tally = new Tally();
        using var healed = new HealingWatch(sandboxes, tally);
        Worker[] workers = [.. Enumerable.Range(0, sandboxCount).Select(i => new Worker(unchecked((seed * 1_000_003) + i), tally))];
        bool isHealthy;
        try
        {
            await Task.WhenAll(workers.Select(worker => worker.CreateAsync(sandboxes)));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            end.CancelAfter(duration);
            Task work = Task.WhenAll(workers.Select(worker => Task.Run(() => worker.WorkAsync(end.Token), CancellationToken.None)));
            await Display.FollowAsync(work, tally, healed, sandboxCount, duration);

            bool[] proofs = await Task.WhenAll(workers.Select(worker => worker.ProveAsync()));
            await healed.ReachAsync(tally.Poisoned, Patience);
            isHealthy = proofs.All(proof => proof) && tally.Wrong.IsEmpty && healed.Heals == tally.Poisoned && tally.Poisoned > 0;
            Display.Summary(tally, healed, sandboxCount, proofs.Count(proof => proof));
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }

        return isHealthy;
    }

    private static IHost BuildHost()
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.None) // what goes wrong the program tells itself
            .AddFilter("SandboxActors", LogLevel.Information) // one line: which backend runs, and why
            .AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.AddSandboxes(options => options
            .Guest("simple", GuestFiles.Path("simple"))
            .Healing(healing => healing with
            {
                // The guests here are poisoned far more often than any honest one; what is shown is that they heal every time.
                MaximumRestores = HealingSettings.Unlimited,
                MinimumBackoff = TimeSpan.FromMilliseconds(1),
                MaximumBackoff = TimeSpan.FromMilliseconds(20),
            }));
        return builder.Build();
    }
}
