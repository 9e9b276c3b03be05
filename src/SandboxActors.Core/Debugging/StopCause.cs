namespace SandboxActors.Core.Debugging;

/// <summary>What a guest has come upon.</summary>
internal enum StopCause
{
    /// <summary>Nothing but what the signal says.</summary>
    Signal,

    /// <summary>A breakpoint in its code.</summary>
    SoftwareBreakpoint,

    /// <summary>A breakpoint beside its code.</summary>
    HardwareBreakpoint,

    /// <summary>Memory whose changes are watched.</summary>
    Write,

    /// <summary>Memory whose reads are watched.</summary>
    Read,

    /// <summary>Memory that is watched for any access.</summary>
    Access,
}
