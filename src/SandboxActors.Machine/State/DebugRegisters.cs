namespace SandboxActors.Machine;

/// <summary>The debug registers (Intel SDM volume 3, section 19.2).</summary>
public readonly record struct DebugRegisters
{
    /// <summary>DR0, the first breakpoint address.</summary>
    public ulong Dr0 { get; init; }

    /// <summary>DR1.</summary>
    public ulong Dr1 { get; init; }

    /// <summary>DR2.</summary>
    public ulong Dr2 { get; init; }

    /// <summary>DR3.</summary>
    public ulong Dr3 { get; init; }

    /// <summary>DR6, the status.</summary>
    public ulong Dr6 { get; init; }

    /// <summary>DR7, the control.</summary>
    public ulong Dr7 { get; init; }
}
