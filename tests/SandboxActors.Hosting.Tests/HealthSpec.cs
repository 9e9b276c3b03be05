using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using SandboxActors.TestSupport;

namespace SandboxActors.Hosting.Tests;

/// <summary>What a host says of its sandboxes' health, and what to do about it.</summary>
public sealed class HealthSpec
{
    [SkippableTheory, OnEachBackend]
    public async Task A_host_whose_guests_get_on_is_live_and_ready(string backend)
    {
        using IHost host = Build(options => options.On(backend).Guest("simple", GuestFiles.Path("simple")));
        await host.StartAsync();
        SandboxRef spinning = await host.Sandboxes().CreateAsync("simple").WaitAsync(TestHost.Patience);
        Task spin = spinning.CallAsync("Spin"); // a guest that never ends is no reason

        HealthReport report = await ReportAsync(host);

        Assert.Equal(HealthStatus.Healthy, report.Status);
        Assert.Equal($"Sandboxes run on {backend}: asked for by SandboxesOptions.Backend", Of(report, SandboxHealthOptions.BackendName).Description);
        Assert.Equal([SandboxHealthOptions.LiveTag], Of(report, SandboxHealthOptions.GuestThreadsName).Tags);
        Assert.Equal([SandboxHealthOptions.ReadyTag], Of(report, SandboxHealthOptions.BackendName).Tags);
        Assert.Equal([SandboxHealthOptions.ReadyTag], Of(report, SandboxHealthOptions.PoolName).Tags);
        await host.StopAsync();
        await Assert.ThrowsAsync<SandboxStoppedException>(() => spin.WaitAsync(TestHost.Patience));
    }

    [Fact]
    public async Task Guest_threads_that_are_all_in_host_functions_that_block_are_not_alive_until_those_return()
    {
        using IHost host = Build(options => OnEmulator(options).GuestThreads(2), TimeSpan.FromMilliseconds(200));
        await host.StartAsync();
        using var blocking = new BlockingGuests(host.Sandboxes());
        await blocking.EnterAsync(2);

        HealthReportEntry live = await CheckAsync(host, SandboxHealthOptions.GuestThreadsName);
        Assert.Equal(HealthStatus.Unhealthy, live.Status);
        Assert.StartsWith("None of 2 guest threads took work within 0.2 s: host functions that block hold them", live.Description, StringComparison.Ordinal);

        await blocking.LeaveAsync();
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host, SandboxHealthOptions.GuestThreadsName)).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_guest_thread_that_is_held_while_others_move_is_a_warning()
    {
        using IHost host = Build(options => OnEmulator(options).GuestThreads(2), TimeSpan.FromMilliseconds(200));
        await host.StartAsync();
        using var blocking = new BlockingGuests(host.Sandboxes());
        await blocking.EnterAsync(1);

        HealthReportEntry live = await CheckAsync(host, SandboxHealthOptions.GuestThreadsName);
        for (int look = 0; live.Status == HealthStatus.Healthy && look < 100_000; look++) live = await CheckAsync(host, SandboxHealthOptions.GuestThreadsName);

        Assert.Equal(HealthStatus.Degraded, live.Status);
        Assert.StartsWith("1 of 2 guest threads have been at one thing for more than 0.2 s", live.Description, StringComparison.Ordinal);
        await blocking.LeaveAsync();
        await host.StopAsync();
    }

    [Fact]
    public async Task A_pool_that_has_fewer_ready_than_it_is_to_is_a_warning_that_says_what_to_raise()
    {
        using IHost host = Build(options => OnEmulator(options).Pool(pool => pool with { MaximumLive = 2 }));
        await host.StartAsync();
        await KeepReadyAsync(host.Sandboxes().Pool, 5);

        HealthReportEntry ready = await CheckAsync(host, SandboxHealthOptions.PoolName);

        Assert.Equal(HealthStatus.Degraded, ready.Status);
        Assert.Equal(
            "3 of 5 micro-VMs that are to be ready are not: there are 2, and there may be 2: raise sandbox-actors.pool.max-live, or keep fewer ready.", ready.Description);
        Assert.Equal((2, 5, 3), (ready.Data["free"], ready.Data["wanted"], ready.Data["missing"]));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_pool_that_has_as_many_ready_as_it_is_to_is_ready()
    {
        using IHost host = Build(options => OnEmulator(options));
        await host.StartAsync();
        await KeepReadyAsync(host.Sandboxes().Pool, 3);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host, SandboxHealthOptions.PoolName)).Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_backend_that_makes_no_machines_is_not_ready()
    {
        using IHost host = Build(options => options.Guest("simple", GuestFiles.Path("simple")).Hypervisor(() => new CountingHypervisor("own")));
        await host.StartAsync();
        HealthReportEntry ready = await CheckAsync(host, SandboxHealthOptions.BackendName);
        Assert.Equal((HealthStatus.Unhealthy, "No machine can be made on own: no machines here"), (ready.Status, ready.Description));
        await host.StopAsync();
    }

    [Fact]
    public async Task KVM_that_was_asked_for_and_cannot_be_used_is_what_the_checks_of_a_host_that_did_not_start_say()
    {
        using IHost host = Build(options =>
        {
            options.Guest("simple", GuestFiles.Path("simple")).Backend(SandboxBackend.Kvm);
            options.OpenKvm = static () => throw new KvmUnavailableException("There is no /dev/kvm: load its module.");
        });
        await Assert.ThrowsAsync<KvmUnavailableException>(() => host.StartAsync());
        foreach (HealthReportEntry entry in (await ReportAsync(host)).Entries.Values)
        {
            Assert.Equal(
                (HealthStatus.Unhealthy, "Sandboxes could not be started: There is no /dev/kvm: load its module."), (entry.Status, entry.Description));
        }
    }

    [Fact]
    public async Task A_host_that_has_not_started_is_not_healthy_and_says_so()
    {
        using IHost host = Build(options => OnEmulator(options));
        HealthReportEntry live = await CheckAsync(host, SandboxHealthOptions.GuestThreadsName);
        Assert.Equal(HealthStatus.Unhealthy, live.Status);
        Assert.StartsWith("Sandboxes have not been started", live.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Patience_that_is_none_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ServiceCollection().AddHealthChecks().AddSandboxes(options => options.Patience = TimeSpan.Zero));

    private static SandboxesOptions OnEmulator(SandboxesOptions options) => options.On("emulator").Guest("simple", GuestFiles.Path("simple"));

    private static IHost Build(Action<SandboxesOptions> configure, TimeSpan? patience = null) => TestHost.Build(
        configure,
        services: services => services.AddHealthChecks().AddSandboxes(options => options.Patience = patience ?? options.Patience));

    private static Task<HealthReport> ReportAsync(IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync().WaitAsync(TestHost.Patience);

    private static async Task<HealthReportEntry> CheckAsync(IHost host, string name) =>
        Of(await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == name).WaitAsync(TestHost.Patience), name);

    private static HealthReportEntry Of(HealthReport report, string name) => report.Entries[name];

    private static async Task KeepReadyAsync(SandboxPool pool, int count)
    {
        SandboxBuilder builder = new SandboxBuilder(SharedHypervisor.Emulator, GuestImage.FromFile(GuestFiles.Path("simple"))).Pool(pool);
        Snapshot golden;
        using (Sandbox first = builder.Build()) golden = first.Snapshot();
        await pool.KeepReady(builder, golden, count).WaitAsync(TestHost.Patience);
    }
}
