using System.Runtime.InteropServices;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>System and kind of processor.</summary>
internal sealed class SystemCheck : ICheck
{
    public string Name => "System";

    public Finding Examine(IHostView host)
    {
        string found = $"{host.System}, {host.Architecture}, {host.Processors} processors";
        return host.IsLinux && host.Architecture == Architecture.X64
            ? new Finding("system", FindingState.Ok, found)
            : new Finding("system", FindingState.Warning, found, "KVM needs Linux on x86-64; sandboxes run in software here.");
    }
}
