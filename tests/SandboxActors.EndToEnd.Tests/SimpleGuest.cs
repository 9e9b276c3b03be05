using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The simple guest, on a backend.</summary>
internal static class SimpleGuest
{
    private static readonly Lazy<GuestImage> LoadedImage = new(() => GuestImage.FromFile(GuestFiles.Path("simple")));

    /// <summary>Its image, built from source where there is a C compiler.</summary>
    public static GuestImage Image => LoadedImage.Value;

    /// <summary>A builder for it that prints nowhere.</summary>
    public static SandboxBuilder Builder(string backend) => new SandboxBuilder(Backends.Open(backend), Image).PrintTo(static _ => { });

    /// <summary>A sandbox with it.</summary>
    public static Sandbox Sandbox(string backend) => Builder(backend).Build();
}
