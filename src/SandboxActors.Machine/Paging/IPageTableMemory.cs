namespace SandboxActors.Machine;

/// <summary>Where page tables live: 4 KiB pages at guest physical addresses, written by the host.</summary>
internal interface IPageTableMemory
{
    /// <summary>Makes sure that as many calls of <see cref="Take"/> succeed.</summary>
    /// <param name="tables">How many tables will be taken.</param>
    /// <exception cref="MachineException">There is no memory for them; nothing has changed.</exception>
    void Reserve(int tables);

    /// <summary>Takes a table of 512 zeros that has been reserved.</summary>
    GuestAddress Take();

    /// <summary>Gives back a table, which is all zeros again.</summary>
    void Return(GuestAddress table);

    /// <summary>The 512 entries of a table that was taken.</summary>
    Span<ulong> Entries(GuestAddress table);
}
