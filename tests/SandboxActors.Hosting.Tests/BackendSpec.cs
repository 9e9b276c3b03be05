using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Hosting.Tests;

/// <summary>
/// Which backend a host runs, and that it says so and why in one line of its log. Runs alone, since the environment is the process's.
/// </summary>
[Collection(nameof(CountingAlone))]
public sealed class BackendSpec : IDisposable
{
    private const string Variable = "SANDBOX_ACTORS_BACKEND";
    private const string Missing = "There is no /dev/kvm: load its module.";

    private readonly RecordingLogger _log = new();

    [Fact]
    public async Task Where_KVM_cannot_be_used_guests_run_in_software_and_the_log_says_why() =>
        await AssertRunsAsync("emulator", Missing, OpenMissing);

    [Fact]
    public async Task Where_KVM_can_be_used_it_runs()
    {
        var kvm = new CountingHypervisor("kvm");
        await AssertStartsAsync("kvm", "/dev/kvm is usable", () => kvm);
        Assert.Equal(1, kvm.Disposals);
    }

    [Fact]
    public async Task KVM_that_was_asked_for_is_logged_with_who_asked() =>
        await AssertStartsAsync(
            "kvm", "asked for by SandboxesOptions.Backend", () => new CountingHypervisor("kvm"), o => o.Backend(SandboxBackend.Kvm));

    [Fact]
    public async Task Software_that_the_options_ask_for_runs_though_KVM_is_there() =>
        await AssertRunsAsync("emulator", "asked for by SandboxesOptions.Backend", OpenUnexpected, o => o.Backend(SandboxBackend.Emulator));

    [Fact]
    public async Task Software_that_hocon_asks_for_runs_though_KVM_is_there() =>
        await AssertRunsAsync("emulator", "asked for by sandbox-actors.backend", OpenUnexpected, hocon: "sandbox-actors.backend = emulator");

    [Fact]
    public async Task Software_that_the_environment_asks_for_runs_though_hocon_says_kvm()
    {
        string? before = Environment.GetEnvironmentVariable(Variable);
        Environment.SetEnvironmentVariable(Variable, "emulator");
        try
        {
            await AssertRunsAsync(
                "emulator",
                $"asked for by {Variable}",
                OpenUnexpected,
                o => o.ReadEnvironment = new SandboxesOptions().ReadEnvironment,
                "sandbox-actors.backend = kvm");
        }
        finally
        {
            Environment.SetEnvironmentVariable(Variable, before);
        }
    }

    [Fact]
    public async Task A_hypervisor_of_the_program_s_own_goes_over_what_the_environment_says() =>
        await AssertStartsAsync("own", "asked for by SandboxesOptions.Hypervisor", OpenUnexpected, o =>
        {
            o.ReadEnvironment = static _ => "kvm";
            o.Backend(SandboxBackend.Kvm).Hypervisor(() => new CountingHypervisor("own"));
        });

    [Fact]
    public async Task A_backend_that_is_named_after_a_hypervisor_of_the_program_s_own_goes_over_it() =>
        await AssertStartsAsync("emulator", "asked for by SandboxesOptions.Backend", OpenUnexpected, o =>
            o.Hypervisor(OpenUnexpected).Backend(SandboxBackend.Emulator));

    [Fact]
    public async Task KVM_that_was_asked_for_and_cannot_be_used_fails_the_start_with_its_one_line()
    {
        using IHost host = Build(OpenMissing, o => o.Backend(SandboxBackend.Kvm), string.Empty);
        KvmUnavailableException exception = await Assert.ThrowsAsync<KvmUnavailableException>(() => host.StartAsync());
        Assert.Equal(Missing, exception.Message);
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_backend_that_there_is_not_fails_the_start()
    {
        using IHost host = Build(OpenUnexpected, o => o.ReadEnvironment = static _ => "xen", string.Empty);
        SandboxConfigurationException exception = await Assert.ThrowsAsync<SandboxConfigurationException>(() => host.StartAsync());
        Assert.Equal($"{Variable}: 'xen' is not one of auto, kvm, emulator.", exception.Message);
    }

    public void Dispose() => _log.Dispose();

    private static IHypervisor OpenMissing() => throw new KvmUnavailableException(Missing);

    private static IHypervisor OpenUnexpected() => throw new InvalidOperationException("It was opened, and must not be.");

    private async Task AssertRunsAsync(
        string name, string reason, Func<IHypervisor> openKvm, Action<SandboxesOptions>? configure = null, string hocon = "") =>
        await AssertStartsAsync(name, reason, openKvm, configure, hocon, async host =>
        {
            SandboxRef sandbox = await host.Sandboxes().CreateAsync("simple").WaitAsync(TestHost.Patience);
            Assert.Equal("hello", await sandbox.CallAsync<string>("Echo", "hello").WaitAsync(TestHost.Patience));
        });

    private async Task AssertStartsAsync(
        string name,
        string reason,
        Func<IHypervisor> openKvm,
        Action<SandboxesOptions>? configure = null,
        string hocon = "",
        Func<IHost, Task>? use = null)
    {
        using IHost host = Build(openKvm, configure, hocon);
        await host.StartAsync();
        if (use is not null) await use(host);
        await host.StopAsync();
        Assert.Equal((LogLevel.Information, EventIds.BackendChosen, $"Sandboxes run on {name}: {reason}"), Assert.Single(_log.Lines));
    }

    private IHost Build(Func<IHypervisor> openKvm, Action<SandboxesOptions>? configure, string hocon) => TestHost.Build(
        options =>
        {
            TestHost.WithSimpleGuest(options);
            options.OpenKvm = openKvm;
            configure?.Invoke(options);
        },
        hocon,
        services => services.AddSingleton<ILoggerProvider>(_log));
}
