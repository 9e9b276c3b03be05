namespace SandboxActors.Cli.Doctor;

/// <summary>How good what was found is.</summary>
internal enum FindingState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Sandboxes run, but could run better, or more of them.</summary>
    Warning,

    /// <summary>Sandboxes do not run, or not on what was asked for.</summary>
    Bad,

    /// <summary>Not looked at, since something else is in the way or it does not matter here.</summary>
    Skipped,
}
