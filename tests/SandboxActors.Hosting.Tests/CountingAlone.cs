namespace SandboxActors.Hosting.Tests;

/// <summary>Tests that count what the process holds: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(CountingAlone), DisableParallelization = true)]
public sealed class CountingAlone;
