using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.Hosting.Tests;

/// <summary>Sandboxes in a host: from its services, with its settings.</summary>
public sealed class HostSpec
{
    [SkippableTheory, OnEachBackend]
    public async Task Sandboxes_come_from_the_hosts_services(string backend)
    {
        using IHost host = TestHost.Build(options => options.On(backend).Guest("simple", GuestFiles.Path("simple")));
        await host.StartAsync();
        SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple", s => s.HostFunction("HostAdd", (int a, int b) => a + b)).WaitAsync(TestHost.Patience);
        Assert.Equal(5, await sandbox.CallAsync<int>("Add", 2, 3).WaitAsync(TestHost.Patience));
        Assert.Equal(host.Sandboxes().Supervisor, host.Services.GetRequiredService<IRequiredActor<SandboxSupervisor>>().ActorRef);
        await host.StopAsync();
        await Assert.ThrowsAsync<SandboxStoppedException>(() => sandbox.CallAsync("NoOp").WaitAsync(TestHost.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task One_line_adds_an_actor_system_that_does_nothing_else(string backend)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.ClearProviders();
        builder.Services.AddSandboxes(options => options.On(backend).Guest("simple", File.ReadAllBytes(GuestFiles.Path("simple"))));
        using IHost host = builder.Build();
        await host.StartAsync();
        SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple").WaitAsync(TestHost.Patience);
        Assert.Equal("hello", await sandbox.CallAsync<string>("Echo", "hello").WaitAsync(TestHost.Patience));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_background_service_may_have_them_injected()
    {
        var answered = new TaskCompletionSource<string>();
        using IHost host = TestHost.Build(services: services => services.AddSingleton(answered).AddHostedService<Echoing>());
        await host.StartAsync();
        Assert.Equal("hello", await answered.Task.WaitAsync(TestHost.Patience));
        await host.StopAsync();
    }

    [Fact]
    public async Task Options_in_code_go_over_settings_in_hocon_and_those_over_the_reference()
    {
        using IHost host = TestHost.Build(
            options => options.Guest("simple", "guests/simple.elf").Defaults(d => d with { HeapSize = 2 << 20 }).Healing(h => h with { MaximumRestores = 7 }).GuestThreads(3),
            "sandbox-actors { defaults { heap-size = 1MiB, stack-size = 128KiB } healing { max-restores = 5, max-rebuilds = 6 } guest-dispatcher.dedicated-thread-pool.thread-count = 2 }");
        await host.StartAsync();
        SandboxSettings settings = host.Sandboxes().Settings;
        Assert.Equal((2UL << 20, 128UL << 10, 64UL << 10), (settings.Defaults.HeapSize, settings.Defaults.StackSize, settings.Defaults.InputBufferSize));
        Assert.Equal((7, 6, 3), (settings.Healing.MaximumRestores, settings.Healing.MaximumRebuilds, settings.GuestThreads));
        await host.StopAsync();
    }

    [Fact]
    public async Task Before_the_host_has_started_the_sandboxes_say_so()
    {
        using IHost host = TestHost.Build();
        Assert.Throws<InvalidOperationException>(() => host.Sandboxes().Settings);
        await host.StartAsync();
        Assert.Single(host.Sandboxes().Guests);
        await host.StopAsync();
    }

    private sealed class Echoing(ISandboxes sandboxes, TaskCompletionSource<string> answered) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            SandboxRef sandbox = await sandboxes.CreateAsync("simple");
            answered.SetResult(await sandbox.CallAsync<string>("Echo", "hello"));
        }
    }
}
