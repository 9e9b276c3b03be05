namespace SandboxActors.Core;

/// <summary>What became of the core file of a guest that was poisoned.</summary>
/// <param name="Path">Where it is; null if there is none.</param>
/// <param name="Problem">Why there is none; null if there is one.</param>
public sealed record CrashDumpOutcome(string? Path, string? Problem)
{
    /// <summary>The path, or why there is none.</summary>
    public override string ToString() => Path ?? $"not written: {Problem}";
}
