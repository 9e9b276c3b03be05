namespace SandboxActors.Benchmarks.Peers;

/// <summary>The guest for engines of JavaScript.</summary>
internal static class JavaScript
{
    public const string Guest =
        """
        let calls = 0;
        function add(first, second) { return (first + second) | 0; }
        function addOnHost(first, second) { return hostAdd(first, second); }
        function echo(text) { return text; }
        function count() { return ++calls; }
        function spin() { hostSpinning(); for (;;) { } }
        """;
}
