namespace SandboxActors.Machine;

/// <summary>
/// What a guest may do with a page, and how it is meant. The host never gives a page both
/// <see cref="Write"/> and <see cref="Execute"/>.
/// </summary>
[Flags]
public enum MemoryAccess
{
    /// <summary>Nothing: any access faults.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Write; implies read on x86-64.</summary>
    Write = 2,

    /// <summary>Fetch instructions; implies read on x86-64.</summary>
    Execute = 4,

    /// <summary>A guard page: unmapped on purpose, so that running into it faults. Only the host lays these.</summary>
    Guard = 8,
}
