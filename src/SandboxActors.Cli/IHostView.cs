using System.Runtime.InteropServices;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli;

/// <summary>What checks see of the machine: so that tests can show them one that is not at hand.</summary>
internal interface IHostView
{
    /// <summary>The system and its version.</summary>
    string System { get; }

    /// <summary>Whether that is Linux.</summary>
    bool IsLinux { get; }

    /// <summary>What the process's code is for.</summary>
    Architecture Architecture { get; }

    /// <summary>Processors that the process may use.</summary>
    int Processors { get; }

    /// <summary>Whether the process is in a container.</summary>
    bool IsContainer { get; }

    /// <summary>What the process may do with a device.</summary>
    /// <param name="path">The device's path.</param>
    DeviceAccess Probe(string path);

    /// <summary>The text of a file of the system; null if there is none, or none that may be read.</summary>
    string? Read(string path);

    /// <summary>An environment variable; null if it is not set.</summary>
    string? Environment(string name);

    /// <summary>What the process may have of what machines take; null if the system does not say.</summary>
    HostLimits? ReadLimits();

    /// <summary>What KVM says of itself.</summary>
    /// <exception cref="KvmUnavailableException">It cannot be used.</exception>
    /// <exception cref="MachineException">The kernel refused to say.</exception>
    KvmDescription DescribeKvm();

    /// <summary>Opens KVM.</summary>
    /// <exception cref="KvmUnavailableException">It cannot be used.</exception>
    IHypervisor OpenKvm();
}
