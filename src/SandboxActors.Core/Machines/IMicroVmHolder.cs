namespace SandboxActors.Core.Machines;

/// <summary>A sandbox, as a source of micro-VMs sees it. From any thread.</summary>
internal interface IMicroVmHolder
{
    /// <summary>When it was used last, by <see cref="IMicroVmSource.Now"/>.</summary>
    long LastUsed { get; }

    /// <summary>Has it give its micro-VM away, if it is idle and has no need of it. What it is, it keeps.</summary>
    /// <param name="vm">The micro-VM that it is thought to have.</param>
    /// <returns>Whether it did: then the micro-VM is the caller's.</returns>
    bool TryPark(MicroVm vm);
}
