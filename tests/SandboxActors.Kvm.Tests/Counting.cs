namespace SandboxActors.Kvm.Tests;

/// <summary>Tests that count what the process holds: they run alone, after the others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Counting
{
    public const string Name = "Counting";
}
