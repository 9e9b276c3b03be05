using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SandboxActors.Guests;
using SandboxActors.Machine;

namespace SandboxActors.Hosting.Tests;

/// <summary>What is wrong with the options is said when the host starts, clearly, and all of it. None of this needs a backend.</summary>
public sealed class ValidationSpec
{
    [Fact]
    public async Task Every_wrong_option_is_named_when_the_host_starts()
    {
        using IHost host = TestHost.Build(options => options
            .Guest("missing", "/no/such/guest.elf")
            .Guest("garbage", new byte[] { 1, 2, 3 })
            .Guest("twice", GuestFiles.Path("simple"))
            .Guest("twice", GuestFiles.Path("simple"))
            .Guest("a/b", GuestFiles.Path("simple"))
            .Defaults(d => d with { HeapSize = 1 })
            .Healing(h => h with { MaximumRebuilds = -5 })
            .GuestThreads(0)
            .Backend((SandboxBackend)7));
        OptionsValidationException exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        string[] expected =
        [
            "Guest 'twice' is registered twice", "Guest 'a/b': the name cannot be part", "Guest 'missing': ", "Guest 'garbage': ", "HeapSize must be at least 16384 and at most 1073741824",
            "MaximumRebuilds must be 0 or more", "GuestThreads must be at least 1 and at most 1024, not 0",
            "Backend must be one of Auto, Kvm, Emulator, not 7",
        ];
        Assert.Equal(expected.Length, exception.Failures.Count());
        foreach (string failure in expected) Assert.Contains(exception.Failures, found => found.StartsWith(failure, StringComparison.Ordinal));
        Assert.Contains(exception.Failures, failure => failure.Contains("/no/such/guest.elf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrong_setting_in_hocon_is_named_when_the_host_starts()
    {
        using IHost host = TestHost.Build(hocon: "sandbox-actors.healing.policy = pray");
        SandboxConfigurationException exception = await Assert.ThrowsAsync<SandboxConfigurationException>(() => host.StartAsync());
        Assert.Equal("sandbox-actors.healing.policy: 'pray' is not one of restore, rebuild, stop.", exception.Message);
    }

    [Fact]
    public async Task The_hypervisor_is_opened_after_validation_and_disposed_once_when_the_host_has_stopped()
    {
        var hypervisor = new CountingHypervisor("counting");
        using (IHost wrong = TestHost.Build(options => options.Hypervisor(() => throw new InvalidOperationException("was opened")).GuestThreads(0)))
            await Assert.ThrowsAsync<OptionsValidationException>(() => wrong.StartAsync());

        using IHost host = TestHost.Build(options => options.Hypervisor(() => hypervisor));
        await host.StartAsync();
        Assert.Equal(0, hypervisor.Disposals);
        await host.StopAsync();
        Assert.Equal(1, hypervisor.Disposals);
    }

    [Fact]
    public async Task A_machine_that_cannot_be_made_fails_the_one_who_wanted_a_sandbox()
    {
        using IHost host = TestHost.Build(options => options
            .Hypervisor(() => new CountingHypervisor("counting"))
            .Guest("simple", GuestFiles.Path("simple")));
        await host.StartAsync();
        MachineException exception = await Assert.ThrowsAsync<MachineException>(() => host.Sandboxes().CreateAsync("simple").WaitAsync(TestHost.Patience));
        Assert.Equal("no machines here", exception.Message);
        await host.StopAsync();
    }
}
