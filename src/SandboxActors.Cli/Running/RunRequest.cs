using SandboxActors.Hosting;

namespace SandboxActors.Cli.Running;

/// <summary>What <c>sandboxctl run</c> was asked for.</summary>
/// <param name="Guest">The guest file.</param>
/// <param name="Function">The function.</param>
/// <param name="Arguments">Its arguments, as they stand on the command line.</param>
/// <param name="Returns">What it returns, if that was said.</param>
/// <param name="Backend">What it runs on, if that was said.</param>
/// <param name="Timeout">How long a call may take.</param>
/// <param name="Heap">The guest's heap in bytes, if that was said.</param>
/// <param name="Repeat">How many calls.</param>
/// <param name="Json">Whether to write a document for machines.</param>
internal sealed record RunRequest(
    string Guest,
    string Function,
    IReadOnlyList<string> Arguments,
    string? Returns,
    SandboxBackend? Backend,
    TimeSpan Timeout,
    ulong? Heap,
    int Repeat,
    bool Json);
