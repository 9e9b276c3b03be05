namespace SandboxActors.Cli;

/// <summary>What a process may do with a device.</summary>
internal enum DeviceAccess
{
    /// <summary>Read and write it.</summary>
    Usable,

    /// <summary>There is none.</summary>
    Missing,

    /// <summary>There is one, and this user may not read and write it.</summary>
    Forbidden,

    /// <summary>There is something, and the system does not open it.</summary>
    Broken,
}
