namespace SandboxActors.Machine;

/// <summary>Makes virtual machines. Safe for use from any thread.</summary>
public interface IHypervisor : IDisposable
{
    /// <summary>A short name for logs and tests: <c>kvm</c>, <c>emulator</c>.</summary>
    string Name { get; }

    /// <summary>How fast a guest's time stamp counter runs, in kHz; zero where the hypervisor does not say.</summary>
    uint TimestampCounterKilohertz { get; }

    /// <summary>
    /// Whether leaving a guest and entering it costs so much that one that is called often had better stay inside, on a processor of its own, and
    /// look for its next call. Then the host sees what such a guest writes to its memory, and it what the host writes, each in the order in which it
    /// was written.
    /// </summary>
    bool HasCostlyExits => false;

    /// <summary>
    /// Makes a machine with one vCPU, no memory that a guest can see, and in 64-bit mode at CPL3. Everything the processor itself needs
    /// (page tables, descriptor tables, exception stub) is the machine's own and lies where no guest access reaches.
    /// </summary>
    /// <param name="options">What the machine is to be.</param>
    /// <exception cref="MachineException">The system refused; nothing is left behind.</exception>
    IVirtualMachine CreateMachine(MachineOptions options);
}
