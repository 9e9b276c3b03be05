namespace SandboxActors.Core;

/// <summary>A saved snapshot cannot be used; the message names the file and what is wrong with it. Nothing was changed.</summary>
public sealed class SnapshotFormatException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="directory">Where the snapshot is.</param>
    /// <param name="problem">The kind of problem.</param>
    /// <param name="details">What is wrong, as the end of a sentence.</param>
    /// <param name="inner">What the system said, if it did.</param>
    public SnapshotFormatException(string directory, SnapshotProblem problem, string details, Exception? inner = null)
        : base($"Snapshot '{directory}' cannot be used: {details}.", inner)
    {
        Directory = directory;
        Problem = problem;
    }

    /// <summary>Where the snapshot is.</summary>
    public string Directory { get; }

    /// <summary>The kind of problem.</summary>
    public SnapshotProblem Problem { get; }
}
