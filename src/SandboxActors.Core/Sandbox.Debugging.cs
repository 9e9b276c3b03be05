using SandboxActors.Core.Debugging;
using SandboxActors.Core.Machines;

namespace SandboxActors.Core;

// A debugger beside the caller.
public sealed partial class Sandbox
{
    private volatile DebugServer? _debugServer;

    /// <summary>Where a debugger can attach, and what it does; null if the sandbox cannot be debugged: <see cref="SandboxOptions.Debug"/>. From any thread.</summary>
    public SandboxDebugger? Debugger =>
        _debugServer is { } server ? new SandboxDebugger(server.EndPoint, server.Target.IsAttached, server.Target.Hold is not null) : null;

    // Such a sandbox has one micro-VM, from its start to its end.
    private void StartDebugServer(MicroVm vm)
    {
        if (_parts.Options.Debug is { } options)
            _debugServer = DebugServer.Start(options, new DebugTarget(vm, _gate, InterruptHandle, () => _current = null));
    }
}
