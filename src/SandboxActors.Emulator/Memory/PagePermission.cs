using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>What a guest may do with a page, as bits that one test decides on. Zero: the page is not present.</summary>
internal static class PagePermission
{
    public const byte Read = 1;
    public const byte Write = 2;
    public const byte Execute = 4;

    /// <summary>
    /// The guest has written the page, and may again: the one test of a write that needs nothing noted. Set by the first write to a tracked page,
    /// together with the page's bit in the bitmap.
    /// </summary>
    public const byte Written = 0x80;

    /// <summary>The bits for an access; reading is part of each, as on the processor.</summary>
    /// <exception cref="ArgumentException">An access that is none, or that W^X forbids.</exception>
    public static byte For(MemoryAccess access) => access switch
    {
        MemoryAccess.Read => Read,
        MemoryAccess.Write or (MemoryAccess.Read | MemoryAccess.Write) => Read | Write,
        MemoryAccess.Execute or (MemoryAccess.Read | MemoryAccess.Execute) => Read | Execute,
        _ => throw new ArgumentException(
            $"A page can be given read, read and write, or read and execute access, but not '{access}'.", nameof(access)),
    };
}
