using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>What an address of a guest belongs to.</summary>
/// <param name="Name">Its name: <c>code</c>, <c>heap</c>, <c>stack guard</c>, <c>mapped region</c> and so on.</param>
/// <param name="Range">From where to where it goes; null for what has no bounds of its own.</param>
/// <param name="Access">What the guest may do there.</param>
public sealed record MemoryPlace(string Name, GuestRange? Range, MemoryAccess Access)
{
    /// <summary>The access in words.</summary>
    internal string AccessText => (Access & (MemoryAccess.Read | MemoryAccess.Write | MemoryAccess.Execute)) switch
    {
        MemoryAccess.None => "no access",
        MemoryAccess.Read => "read",
        MemoryAccess.Read | MemoryAccess.Write => "read, write",
        MemoryAccess.Read | MemoryAccess.Execute => "read, execute",
        var other => other.ToString(),
    };

    /// <summary>Name, bounds and access.</summary>
    public override string ToString() => Range is { } range
        ? string.Create(CultureInfo.InvariantCulture, $"{Name} {range} ({AccessText})")
        : string.Create(CultureInfo.InvariantCulture, $"{Name} ({AccessText})");
}
