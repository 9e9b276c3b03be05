using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Tests;

/// <summary>An actor system of its own for every test, in which sandboxes can be started. Waits are on events, with a bound.</summary>
public abstract class SandboxTest : TestKit
{
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Lazy<GuestImage> LoadedSimple = new(() => GuestImage.FromFile(GuestFiles.Path("simple")));

    protected SandboxTest(string hocon = "")
        : base(ConfigurationFactory.ParseString(hocon).WithFallback("akka.loglevel = WARNING, akka.log-dead-letters = off"))
    {
    }

    protected static GuestImage Simple => LoadedSimple.Value;

    /// <summary>Every event of every sandbox, in order.</summary>
    internal BlockingCollection<SandboxEvent> Events { get; } = [];

    private protected Sandboxes Start(string backend, Func<SandboxSettings, SandboxSettings>? change = null, GuestImage? other = null) =>
        Start(Backends.Open(backend), change, other);

    private protected Sandboxes Start(IHypervisor hypervisor, Func<SandboxSettings, SandboxSettings>? change = null, GuestImage? other = null)
    {
        SandboxSettings settings = SandboxSettings.From(Sys.Settings.Config);
        var sandboxes = Sandboxes.Start(Sys, new SandboxesSetup(hypervisor)
        {
            Guests = new Dictionary<string, GuestImage> { ["simple"] = Simple, ["other"] = other ?? Simple },
            Settings = change is null ? settings : change(settings),
        });
        sandboxes.Subscribe<SandboxEvent>(Events.Add);
        return sandboxes;
    }

    private protected Task<SandboxRef> CreateAsync(string backend, Action<SandboxDefinitionBuilder>? configure = null) =>
        Start(backend).CreateAsync("simple", s =>
        {
            s.PrintTo(static _ => { });
            configure?.Invoke(s);
        });

    /// <summary>The next event of a kind; events of other kinds before it are skipped.</summary>
    private protected TEvent Next<TEvent>()
        where TEvent : SandboxEvent
    {
        while (Events.TryTake(out SandboxEvent? happened, Patience))
            if (happened is TEvent expected) return expected;
        throw new TimeoutException($"No {typeof(TEvent).Name} came.");
    }
}
