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
    private readonly Stack<GuestAddress> _free = [];
    private GuestAddress _nextBlock = SystemLayout.End;

    /// <summary>Makes the pool.</summary>
    /// <param name="privateBlock">The machine's private block; mapped already, and not the pool's to dispose.</param>
    /// <param name="arena">Where further blocks come from.</param>
    /// <param name="map">Maps a further block at a guest physical address; throws a <see cref="MachineException"/> if the system refuses.</param>
    public PageTablePool(GuestMemoryBlock privateBlock, GuestMemoryArena arena, Action<GuestAddress, GuestMemoryBlock> map)
    {
        _arena = arena;
        _map = map;
        Add(new Block(SystemLayout.PrivateStart, privateBlock), SystemLayout.PageTables, SystemLayout.PageTableCount);
    }

    /// <inheritdoc />
    public void Reserve(int tables)
    {
        int missing = tables - _free.Count;
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

        Add(new Block(_nextBlock, memory), _nextBlock, count);
        _nextBlock += memory.Length;
    }

    /// <inheritdoc />
    public GuestAddress Take() => _free.Pop();

    /// <inheritdoc />
    public void Return(GuestAddress table) => _free.Push(table);

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

    // The lowest table is taken first.
    private void Add(Block block, GuestAddress firstTable, int count)
    {
        _blocks.Add(block);
        for (int index = count - 1; index >= 0; index--) _free.Push(firstTable + ((ulong)index * GuestAddress.PageSize));
    }

    private readonly record struct Block(GuestAddress Start, GuestMemoryBlock Memory);
}
