using System.Globalization;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// So many requests wait for the sandbox that this one was not let in: it has not run and will not. Whoever made it may try again when others have
/// been served.
/// </summary>
public sealed class SandboxOverloadedException : SandboxException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The sandbox's name.</param>
    /// <param name="waiting">How many requests wait.</param>
    public SandboxOverloadedException(string name, int waiting)
        : base(string.Create(CultureInfo.InvariantCulture, $"Sandbox '{name}' is overloaded: {waiting} requests wait for it; no more are let in."))
    {
        Name = name;
        Waiting = waiting;
    }

    /// <summary>The sandbox's name.</summary>
    public string Name { get; }

    /// <summary>How many requests waited.</summary>
    public int Waiting { get; }
}
