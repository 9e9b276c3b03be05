using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.Telemetry.Tests;

/// <summary>The guests that are listened to.</summary>
internal static class SimpleGuest
{
    private static readonly Lazy<GuestImage> LoadedSimple = new(() => GuestImage.FromFile(GuestFiles.Path("simple")));
    private static readonly Lazy<GuestImage> LoadedCompute = new(() => GuestImage.FromFile(GuestFiles.Path("compute")));

    /// <summary>The simple guest's image.</summary>
    public static GuestImage Image => LoadedSimple.Value;

    /// <summary>A builder for the simple guest.</summary>
    public static SandboxBuilder Builder(string backend) => new SandboxBuilder(Backends.Open(backend), Image).PrintTo(static _ => { });

    /// <summary>A builder for the guest that computes.</summary>
    public static SandboxBuilder Compute(string backend) => new(Backends.Open(backend), LoadedCompute.Value);
}
