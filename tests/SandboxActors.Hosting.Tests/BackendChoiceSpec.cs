using Akka.Configuration;

namespace SandboxActors.Hosting.Tests;

/// <summary>Who says which backend runs: options over the environment, that over HOCON, that over the reference settings.</summary>
public sealed class BackendChoiceSpec
{
    private const string Variable = "SANDBOX_ACTORS_BACKEND";
    private const string Setting = "sandbox-actors.backend";

    [Theory]
    [InlineData(null, null, null, SandboxBackend.Auto, Setting)]
    [InlineData(null, null, "auto", SandboxBackend.Auto, Setting)]
    [InlineData(null, null, "kvm", SandboxBackend.Kvm, Setting)]
    [InlineData(null, null, "emulator", SandboxBackend.Emulator, Setting)]
    [InlineData(null, "emulator", null, SandboxBackend.Emulator, Variable)]
    [InlineData(null, "auto", "kvm", SandboxBackend.Auto, Variable)]
    [InlineData(null, "kvm", "emulator", SandboxBackend.Kvm, Variable)]
    [InlineData(null, "", "emulator", SandboxBackend.Emulator, Setting)]
    [InlineData(SandboxBackend.Kvm, "emulator", "auto", SandboxBackend.Kvm, "SandboxesOptions.Backend")]
    [InlineData(SandboxBackend.Auto, "emulator", "emulator", SandboxBackend.Auto, "SandboxesOptions.Backend")]
    public void Options_go_over_the_environment_and_that_over_hocon(
        SandboxBackend? option, string? environment, string? hocon, SandboxBackend backend, string source) =>
        Assert.Equal(new BackendChoice(backend, source), Make(option, environment, hocon));

    [Theory]
    [InlineData(null, "xen", null, Variable, "xen")]
    [InlineData(null, "KVM", null, Variable, "KVM")]
    [InlineData(null, null, "xen", Setting, "xen")]
    [InlineData(null, null, "null", Setting, "")]
    [InlineData(null, null, "{ kvm = on }", Setting, "")]
    [InlineData(null, null, "[kvm]", Setting, "")]
    [InlineData(null, "kvm", "xen", Setting, "xen")] // even if another one goes over it
    [InlineData(SandboxBackend.Emulator, "xen", null, Variable, "xen")]
    public void A_wrong_value_is_named_with_its_place_and_with_what_is_allowed(
        SandboxBackend? option, string? environment, string? hocon, string place, string value)
    {
        SandboxConfigurationException exception = Assert.Throws<SandboxConfigurationException>(() => Make(option, environment, hocon));
        Assert.Equal(place, exception.Key);
        Assert.Equal($"{place}: '{value}' is not one of auto, kvm, emulator.", exception.Message);
    }

    private static BackendChoice Make(SandboxBackend? option, string? environment, string? hocon) => BackendChoice.Make(
        option,
        name => name == Variable ? environment : throw new ArgumentException($"{name} was asked for.", nameof(name)),
        hocon is null ? Config.Empty : ConfigurationFactory.ParseString($"{Setting} = {hocon}"));
}
