namespace SandboxActors.Core;

/// <summary>
/// That a sandbox can be debugged, and how gdb gets there. Whoever reaches the port owns the guest: what it holds, and what it does with the host functions
/// that it has. So it listens on the loopback interface, and nowhere else.
/// </summary>
public sealed record DebugOptions
{
    private const int HighestPort = 65_535;

    /// <summary>The TCP port; 0, unless said otherwise, for any that is free: <see cref="Sandbox.Debugger"/> says which. One sandbox at a time can have a
    /// port.</summary>
    public int Port { get; init; }

    /// <summary>Tests every option against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it.</exception>
    public void Validate()
    {
        if (Port is < 0 or > HighestPort) throw new ArgumentOutOfRangeException(nameof(Port), Port, $"Debug.Port must be at least 0 and at most {HighestPort}.");
    }
}
