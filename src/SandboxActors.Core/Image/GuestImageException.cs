namespace SandboxActors.Core;

/// <summary>A guest file cannot be used; the message names what is wrong with it.</summary>
public sealed class GuestImageException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The guest's name or path.</param>
    /// <param name="problem">What is wrong.</param>
    /// <param name="inner">What the system said, if it did.</param>
    public GuestImageException(string name, string problem, Exception? inner = null)
        : base($"Guest '{name}' cannot be used: {problem}.", inner)
    {
        GuestName = name;
        Problem = problem;
    }

    /// <summary>The guest's name or path.</summary>
    public string GuestName { get; }

    /// <summary>What is wrong.</summary>
    public string Problem { get; }
}
