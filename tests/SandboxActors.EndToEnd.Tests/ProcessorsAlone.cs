namespace SandboxActors.EndToEnd.Tests;

/// <summary>Tests that need two processors for themselves: nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(ProcessorsAlone), DisableParallelization = true)]
public sealed class ProcessorsAlone;
