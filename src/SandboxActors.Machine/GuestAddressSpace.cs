namespace SandboxActors.Machine;

/// <summary>The addresses a guest can have. Everything outside is the host's.</summary>
public static class GuestAddressSpace
{
    /// <summary>The first page is never mapped, so that a null pointer faults.</summary>
    public static readonly GuestAddress Start = new(GuestAddress.PageSize);

    /// <summary>
    /// 60 GiB: guest memory ends here. The 4 GiB above are the machine's own tables; together they fit the 36 physical address bits that every x86-64
    /// processor has.
    /// </summary>
    public static readonly GuestAddress End = new(0xF_0000_0000);

    /// <summary>
    /// The top 20 MiB below 4 GiB, where hypervisors keep windows of their own (APIC, TSS and identity-map pages on older Intel processors); nothing
    /// is mapped there.
    /// </summary>
    public static readonly GuestRange HypervisorWindow = new(new GuestAddress(0xFEC0_0000), 0x140_0000);

    /// <summary>Whether a guest may have memory at a range.</summary>
    public static bool IsUsable(GuestRange range) => range.Start >= Start && range.End <= End && !range.Overlaps(HypervisorWindow);
}
