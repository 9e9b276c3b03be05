namespace SandboxActors.Core.Machines;

/// <summary>One micro-VM, lent to one sandbox for a trial.</summary>
internal sealed class OneMicroVm(MicroVm vm) : IMicroVmSource
{
    public long Now => 0;

    public bool IsPool => false;

    /// <summary>Whether it came back in a state that is known.</summary>
    public bool IsSound { get; private set; }

    public MicroVm Take(MicroVmShape shape, IMicroVmHolder holder) => vm;

    public void Return(MicroVm returned, bool isSound) => IsSound = isSound;
}
