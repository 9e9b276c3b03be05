using SandboxActors.Guests;

namespace SandboxActors.Cli.Tests;

/// <summary>The prebuilt guests, which are there without a C compiler.</summary>
internal static class GuestPaths
{
    public static string Hello { get; } = GuestFiles.PrebuiltPath("hello");

    public static string Simple { get; } = GuestFiles.PrebuiltPath("simple");
}
