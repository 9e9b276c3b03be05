namespace SandboxActors.Core.Debugging;

/// <summary>What a guest must do with watched memory to be stopped.</summary>
internal enum WatchKind
{
    /// <summary>Change it.</summary>
    Write,

    /// <summary>Read it.</summary>
    Read,

    /// <summary>Read it or write to it, whether that changes it or not.</summary>
    Access,
}
