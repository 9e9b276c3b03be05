namespace SandboxActors.Wire;

/// <summary>How important a log message of a guest is. The numbers are the wire's.</summary>
public enum GuestLogLevel : byte
{
    /// <summary>Every step.</summary>
    Trace = 0,

    /// <summary>For whoever looks for a defect.</summary>
    Debug = 1,

    /// <summary>What goes on.</summary>
    Information = 2,

    /// <summary>Unexpected, and dealt with.</summary>
    Warning = 3,

    /// <summary>An operation failed.</summary>
    Error = 4,

    /// <summary>The guest cannot go on.</summary>
    Critical = 5,

    /// <summary>A threshold that no message reaches; never the level of a message.</summary>
    None = 6,
}
