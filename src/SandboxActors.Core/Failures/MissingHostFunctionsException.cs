namespace SandboxActors.Core;

/// <summary>A fork was refused: its guest may call host functions that the fork would not have, or not with these types.</summary>
public sealed class MissingHostFunctionsException : SandboxException
{
    internal MissingHostFunctionsException(IReadOnlyList<string> missing)
        : base($"The snapshot's guest knows host functions that its fork would not have: {string.Join("; ", missing)}.") => Missing = missing;

    /// <summary>Those that are missing, as a person would write them: <c>Int32 HostAdd(Int32, Int32)</c>.</summary>
    public IReadOnlyList<string> Missing { get; }
}
