namespace SandboxActors.Machine;

/// <summary>The bits of a page table entry (Intel SDM volume 3, section 4.5.4).</summary>
internal static class PageTableEntry
{
    public const ulong Present = 1UL << 0;
    public const ulong Writable = 1UL << 1;
    public const ulong User = 1UL << 2;
    public const ulong Accessed = 1UL << 5;
    public const ulong Dirty = 1UL << 6;
    public const ulong NoExecute = 1UL << 63;
    public const ulong AddressMask = 0x000F_FFFF_FFFF_F000;

    /// <summary>An entry that refers to a further table. It allows everything: what a page may is said in its own entry alone.</summary>
    public static ulong ForTable(GuestAddress table) => table.Value | Present | Writable | User | Accessed;

    /// <summary>
    /// The entry of an identity-mapped page, without its address. Accessed and dirty are set from the start, so that the processor never writes to a
    /// page table: a table stays what the host made it, and read-only descriptor pages need no exception.
    /// </summary>
    /// <exception cref="ArgumentException">An access that is none, or that has both write and execute.</exception>
    public static ulong FlagsFor(MemoryAccess access, bool supervisor)
    {
        ulong permission = access switch
        {
            MemoryAccess.Read => NoExecute,
            MemoryAccess.Write or (MemoryAccess.Read | MemoryAccess.Write) => NoExecute | Writable,
            MemoryAccess.Execute or (MemoryAccess.Read | MemoryAccess.Execute) => 0,
            _ => throw new ArgumentException(
                $"A page can be given read, read and write, or read and execute access, but not '{access}'.", nameof(access)),
        };
        return Present | Accessed | Dirty | permission | (supervisor ? 0 : User);
    }

    /// <summary>The page or table that an entry refers to.</summary>
    public static GuestAddress AddressOf(ulong entry) => new(entry & AddressMask);
}
