namespace SandboxActors.Tests;

/// <summary>An entry of a run queue that a test moves between levels.</summary>
internal sealed class TestEntry(int number, int level) : RunEntry
{
    public int Number { get; } = number;

    public int WantedLevel { get; set; } = level;

    /// <summary>Time that it has run for.</summary>
    public long Used { get; set; }

    public override int NextLevel => WantedLevel;

    public override string ToString() => $"{Number} at {WantedLevel}";
}
