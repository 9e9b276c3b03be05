using System.Diagnostics.CodeAnalysis;

namespace SandboxActors;

/// <summary>
/// A sandbox's share of the guest threads among those whose calls have run for as long as its own: each number is a weight, and each priority gets
/// four times as much as the one below.
/// </summary>
[SuppressMessage("Design", "CA1008", Justification = "A weight of nothing would be no share at all; no sandbox may starve.")]
public enum SandboxPriority
{
    /// <summary>A quarter of a normal share.</summary>
    Low = 1,

    /// <summary>What a sandbox gets that nothing else is said about.</summary>
    Normal = 4,

    /// <summary>Four normal shares.</summary>
    High = 16,
}
