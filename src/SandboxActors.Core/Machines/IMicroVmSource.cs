using SandboxActors.Machine;

namespace SandboxActors.Core.Machines;

/// <summary>Where sandboxes have their micro-VMs from. Safe for use from any thread.</summary>
internal interface IMicroVmSource
{
    /// <summary>The time on a clock that never goes back, for <see cref="IMicroVmHolder.LastUsed"/>; in ticks of the source's own.</summary>
    long Now { get; }

    /// <summary>Whether micro-VMs are used again, so that who needs one soon gets it soon.</summary>
    bool IsPool { get; }

    /// <summary>Gets one, for a sandbox to have for itself. What it holds is somebody else's until a state has been put into it.</summary>
    /// <param name="shape">What it is to be.</param>
    /// <param name="holder">The sandbox, which may be asked for it when it is idle.</param>
    /// <exception cref="MachineException">The system refused.</exception>
    /// <exception cref="ObjectDisposedException">The source has been disposed.</exception>
    MicroVm Take(MicroVmShape shape, IMicroVmHolder holder);

    /// <summary>Gives one back, of a sandbox that goes.</summary>
    /// <param name="vm">The micro-VM.</param>
    /// <param name="isSound">Whether another sandbox may have it; if not, nobody knows what state it is in.</param>
    void Return(MicroVm vm, bool isSound);
}
