namespace SandboxActors.Hosting;

/// <summary>What the machines of sandboxes run on.</summary>
public enum SandboxBackend
{
    /// <summary>KVM if it can be used here, else software.</summary>
    Auto,

    /// <summary>KVM. Where it cannot be used the host does not start, and says why.</summary>
    Kvm,

    /// <summary>A processor in software, on every machine that .NET runs on.</summary>
    Emulator,
}
