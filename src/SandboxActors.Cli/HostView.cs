using System.Runtime.InteropServices;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli;

/// <summary>The machine that the process runs on.</summary>
internal sealed class HostView : IHostView
{
    private HostView()
    {
    }

    public static HostView OfProcess { get; } = new();

    public string System => $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    public bool IsLinux => OperatingSystem.IsLinux();

    public Architecture Architecture => RuntimeInformation.ProcessArchitecture;

    public int Processors => global::System.Environment.ProcessorCount;

    // Docker, and Podman, put these there.
    public bool IsContainer => File.Exists("/.dockerenv") || File.Exists("/run/.containerenv");

    public DeviceAccess Probe(string path)
    {
        if (!File.Exists(path)) return DeviceAccess.Missing;
        try
        {
            // Shared, so that nothing is locked.
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            return DeviceAccess.Usable;
        }
        catch (UnauthorizedAccessException)
        {
            return DeviceAccess.Forbidden;
        }
        catch (IOException)
        {
            return DeviceAccess.Broken;
        }
    }

    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public string? Environment(string name) => global::System.Environment.GetEnvironmentVariable(name);

    public HostLimits? ReadLimits()
    {
        try
        {
            return HostLimits.Read();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public KvmDescription DescribeKvm() => KvmDescription.Read();

    public IHypervisor OpenKvm() => KvmHypervisor.Open();
}
