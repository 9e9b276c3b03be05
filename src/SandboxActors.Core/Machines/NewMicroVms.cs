namespace SandboxActors.Core.Machines;

/// <summary>A new micro-VM for each sandbox, and gone with it: without a pool. Nobody is ever asked to park.</summary>
internal sealed class NewMicroVms : IMicroVmSource
{
    public static readonly NewMicroVms Instance = new();

    public long Now => 0;

    public bool IsPool => false;

    public MicroVm Take(MicroVmShape shape, IMicroVmHolder holder) => MicroVm.Create(shape);

    public void Return(MicroVm vm, bool isSound) => vm.Dispose();
}
