using Akka.Actor;

namespace SandboxActors;

/// <summary>What a sandbox or a guest may be called.</summary>
internal static class SandboxName
{
    /// <exception cref="ArgumentException">The name cannot be part of an actor's path.</exception>
    public static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (!ActorPath.IsValidPathElement(name))
            throw new ArgumentException($"'{name}' cannot be the name of a sandbox or guest: use letters, digits and -_.*+:@&=,!~';", nameof(name));
    }
}
