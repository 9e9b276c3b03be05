using System.Reflection;
using SandboxActors.Core;

namespace SandboxActors.Cli.Doctor;

/// <summary>The guest that trials run; it is built into the program.</summary>
internal static class HelloGuest
{
    /// <summary>Reads it.</summary>
    public static GuestImage Load()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("hello.elf")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return GuestImage.FromBytes(bytes.ToArray(), "hello");
    }
}
