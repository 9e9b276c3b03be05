using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>The memory of a machine that is not the guest's: the shared <see cref="SystemImage"/>, and of its own a stack, resume data and page tables.</summary>
internal sealed class MachineTables : IDisposable
{
    private readonly GuestMemoryBlock _block;
    private readonly PageTablePool _pool;

    private MachineTables(GuestMemoryBlock block, PageTablePool pool)
    {
        _block = block;
        _pool = pool;
        Pages = new PageTables(pool);
    }

    /// <summary>The page tables.</summary>
    public PageTables Pages { get; }

    /// <summary>The words that the processor pushed at the latest exception.</summary>
    public ReadOnlySpan<byte> ExceptionFrame => _block.Read(SystemLayout.StackOffset, ExceptionStub.FrameLength);

    /// <summary>The table of the <see cref="ShadowReserve"/>; to be written, and no memory before.</summary>
    public Span<byte> ShadowReserveTable => _block.Slice(SystemLayout.ShadowReserveTableOffset, GuestAddress.PageSize);

    /// <summary>Whether anything was written to <see cref="ResumeData"/>. Zeros stand there before, and no memory: a guest that is never restored has no need of it.</summary>
    public bool HasResumeData { get; private set; }

    /// <summary>What the <see cref="ResumeTrampoline"/> loads; to be written.</summary>
    public Span<byte> ResumeData
    {
        get
        {
            if (!HasResumeData) _block.Populate(SystemLayout.ResumeDataOffset, GuestAddress.PageSize);
            HasResumeData = true;
            return _block.Slice(SystemLayout.ResumeDataOffset, GuestAddress.PageSize);
        }
    }

    /// <summary>Allocates, maps and fills everything.</summary>
    /// <param name="image">What is shared.</param>
    /// <param name="arena">Where memory comes from.</param>
    /// <param name="map">Maps a block at a guest physical address, read-only or not.</param>
    /// <exception cref="MachineException">The arena is exhausted, or the system refused to map; nothing is left behind but what
    /// <paramref name="map"/> did.</exception>
    public static MachineTables Create(SystemImage image, GuestMemoryArena arena, Action<GuestAddress, GuestMemoryBlock, bool> map)
    {
        GuestMemoryBlock block = arena.Allocate(SystemLayout.PrivateLength);
        try
        {
            map(SystemLayout.Start, image.Block, true);
            map(SystemLayout.PrivateStart, block, false);

            var tables = new MachineTables(block, new PageTablePool(block, arena, (start, further) => map(start, further, false)));
            tables.Pages.MapForSupervisor(PageAt(SystemLayout.GlobalDescriptorTable), MemoryAccess.Read);
            tables.Pages.MapForSupervisor(PageAt(SystemLayout.InterruptTable), MemoryAccess.Read);
            tables.Pages.MapForSupervisor(PageAt(SystemLayout.Stub), MemoryAccess.Read | MemoryAccess.Execute);
            tables.Pages.MapForSupervisor(PageAt(SystemLayout.Stack), MemoryAccess.Read | MemoryAccess.Write);
            tables.Pages.Map(PageAt(SystemLayout.ResumeCode), MemoryAccess.Read | MemoryAccess.Execute);
            tables.Pages.Map(PageAt(SystemLayout.ResumeData), MemoryAccess.Read);
            return tables;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _pool.Dispose();
        _block.Dispose();
    }

    private static GuestRange PageAt(GuestAddress start) => new(start, GuestAddress.PageSize);
}
