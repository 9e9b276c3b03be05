namespace SandboxActors.Core.Debugging;

/// <summary>Signals by the numbers of gdb's remote protocol, which are the same on every system.</summary>
internal enum DebugSignal
{
    /// <summary>No signal.</summary>
    None = 0,

    /// <summary>SIGINT.</summary>
    Interrupt = 2,

    /// <summary>SIGILL.</summary>
    Illegal = 4,

    /// <summary>SIGTRAP.</summary>
    Trap = 5,

    /// <summary>SIGABRT.</summary>
    Abort = 6,

    /// <summary>SIGFPE.</summary>
    FloatingPoint = 8,

    /// <summary>SIGBUS.</summary>
    Bus = 10,

    /// <summary>SIGSEGV.</summary>
    SegmentationViolation = 11,

    /// <summary>SIGSYS.</summary>
    SystemCall = 12,
}
