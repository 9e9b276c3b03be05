using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The hypervisors that every end-to-end test runs on; one that this host does not have is skipped, visibly and with the reason.</summary>
public static class Backends
{
    private static readonly Lazy<GuestImage> SimpleGuest = new(() => GuestImage.FromFile(GuestFiles.Path("simple")));

    /// <summary>The names of all of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["kvm"];

    /// <summary>The simple guest, built from source where there is a C compiler.</summary>
    public static GuestImage Simple => SimpleGuest.Value;

    /// <summary>The backend, one instance a process.</summary>
    public static IHypervisor Open(string name)
    {
        Assert.Equal("kvm", name);
        KvmAvailability availability = SharedHypervisor.KvmAvailability;
        Skip.IfNot(availability.IsUsable, availability.Reason);
        return SharedHypervisor.Kvm;
    }

    /// <summary>A builder for the simple guest that prints nowhere.</summary>
    public static SandboxBuilder Builder(string backend) => new SandboxBuilder(Open(backend), Simple).PrintTo(static _ => { });

    /// <summary>A sandbox with the simple guest.</summary>
    public static Sandbox Sandbox(string backend) => Builder(backend).Build();
}
