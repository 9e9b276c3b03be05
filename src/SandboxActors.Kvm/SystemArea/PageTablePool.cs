using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// The memory of a machine's page tables: the part of its private block that is set aside for it, and further blocks as they are needed.
/// </summary>
internal sealed class PageTablePool : IPageTableMemory, IDisposable
{
    private const int TablesPerBlock = 32;

    private readonly GuestMemoryArena _arena;
    private readonly Action<GuestAddress, GuestMemoryBlock> _map;
    private readonly List<Block> _blocks = [];
    private readonly Stack<GuestAddress> _returned = [];
    private GuestAddress _nextBlock = SystemLayout.End;

    // Tables of the latest block that were never taken.
    private GuestRange _fresh;

    /// <summary>Makes the pool.</summary>
    /// <param name="privateBlock">The machine's private block; mapped already, and not the pool's to dispose.</param>
    /// <param name="arena">Where further blocks come from.</param>
    /// <param name="map">Maps a further block at a guest physical address; throws a <see cref="MachineException"/> if the system refuses.</param>
    public PageTablePool(GuestMemoryBlock privateBlock, GuestMemoryArena arena, Action<GuestAddress, GuestMemoryBlock> map)
    {
        _arena = arena;
        _map = map;
        _blocks.Add(new Block(SystemLayout.PrivateStart, privateBlock));
        _fresh = new GuestRange(SystemLayout.PageTables, SystemLayout.PageTableCount * GuestAddress.PageSize);
    }

    /// <inheritdoc />
    public void Reserve(int tables)
    {
        int missing = tables - _returned.Count - (int)(_fresh.Length / GuestAddress.PageSize);
        if (missing <= 0) return;
        int count = Math.Max(missing, TablesPerBlock);
        GuestMemoryBlock memory = _arena.Allocate((ulong)count * GuestAddress.PageSize);
        try
        {
            _map(_nextBlock, memory);
        }
        catch
        {
            memory.Dispose();
            throw;
        }

        while (_fresh.Length > 0) _returned.Push(TakeFresh());
        _blocks.Add(new Block(_nextBlock, memory));
        _fresh = new GuestRange(_nextBlock, memory.Length);
        _nextBlock += memory.Length;
    }

    /// <inheritdoc />
    public GuestAddress Take() => _returned.TryPop(out GuestAddress table) ? table : TakeFresh();

    /// <inheritdoc />
    public void Return(GuestAddress table) => _returned.Push(table);

    /// <inheritdoc />
    public Span<ulong> Entries(GuestAddress table)
    {
        foreach (Block block in CollectionsMarshal.AsSpan(_blocks))
        {
            if (table >= block.Start && table - block.Start < block.Memory.Length)
                return MemoryMarshal.Cast<byte, ulong>(block.Memory.Slice(table - block.Start, GuestAddress.PageSize));
        }

        throw new ArgumentOutOfRangeException(nameof(table), table, "No table of this pool.");
    }

    /// <summary>Gives the further blocks back.</summary>
    public void Dispose()
    {
        foreach (Block block in _blocks.Skip(1)) block.Memory.Dispose();
    }

    // The lowest first.
    private GuestAddress TakeFresh()
    {
        if (_fresh.Length == 0) throw new InvalidOperationException("More tables are taken than were reserved.");
        GuestAddress table = _fresh.Start;
        _fresh = new GuestRange(table + GuestAddress.PageSize, _fresh.Length - GuestAddress.PageSize);
        return table;
    }

    private readonly record struct Block(GuestAddress Start, GuestMemoryBlock Memory);
}
