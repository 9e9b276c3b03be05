using Akka.Configuration;

namespace SandboxActors.Hosting;

/// <summary>Which backend was asked for, and where.</summary>
/// <param name="Backend">What was asked for.</param>
/// <param name="Source">Where: the option, the environment variable or the setting, as the one who wrote it knows it.</param>
internal sealed record BackendChoice(SandboxBackend Backend, string Source)
{
    /// <summary>The setting in HOCON.</summary>
    public const string Key = "sandbox-actors.backend";

    /// <summary>The environment variable. Set to nothing at all, it counts as not set.</summary>
    public const string Variable = "SANDBOX_ACTORS_BACKEND";

    private const string Option = "SandboxesOptions.Backend";

    private static readonly Dictionary<string, SandboxBackend> Names = new(StringComparer.Ordinal)
    {
        ["auto"] = SandboxBackend.Auto,
        ["kvm"] = SandboxBackend.Kvm,
        ["emulator"] = SandboxBackend.Emulator,
    };

    /// <summary>
    /// The option goes over the environment variable, that over HOCON, and that over the reference settings: the program knows best what it needs,
    /// and whoever starts it on this machine knows more about the machine than the file that came with it.
    /// </summary>
    /// <param name="option">What the options say; null if they say nothing.</param>
    /// <param name="environment">The value of an environment variable; null if it is not set.</param>
    /// <param name="config">The actor system's configuration.</param>
    /// <exception cref="SandboxConfigurationException">
    /// The variable or the setting is none of the three, even if another one goes over it: the message says which, and names the three.
    /// </exception>
    public static BackendChoice Make(SandboxBackend? option, Func<string, string?> environment, Config config)
    {
        SandboxBackend configured = new SettingsReader(config.WithFallback(SandboxSettings.Reference)).OneOf(Key, Names);
        string variable = environment(Variable) ?? string.Empty;
        SandboxBackend? asked = variable.Length == 0 ? null : SettingsReader.OneOf(Variable, variable, Names);
        if (option is { } chosen) return new BackendChoice(chosen, Option);
        return asked is { } named ? new BackendChoice(named, Variable) : new BackendChoice(configured, Key);
    }
}
