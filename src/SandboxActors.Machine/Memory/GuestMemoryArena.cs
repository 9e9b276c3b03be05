namespace SandboxActors.Machine;

/// <summary>
/// One large reserved mapping out of which all guest memory comes, so that many sandboxes cost the process one mapping: the kernel's price of making
/// a virtual machine grows with the number of mappings. Safe for use from any thread.
/// </summary>
/// <remarks>
/// Blocks are zero-filled when they are handed out, whoever had the memory before. Between two blocks lies a page that is never handed out, so that
/// a host bug that runs over the end of a block does not reach another sandbox.
/// </remarks>
public sealed class GuestMemoryArena : IDisposable
{
    /// <summary>What is reserved unless somebody asks for less: 256 GiB of address space, not of memory.</summary>
    public const ulong DefaultReservation = 256UL << 30;

    private const ulong SmallestReservation = 1UL << 30;
    private const ulong GuardSize = GuestAddress.PageSize;

    // Without lazy reservation (other systems than Linux) the arena is real memory from the start.
    private const ulong DefaultAllocation = 1UL << 30;

    private static readonly Lazy<GuestMemoryArena> LazyShared = new(ReserveShared);

    private readonly Lock _lock = new();
    private readonly ReservedMemory _memory;
    private readonly ExtentAllocator _extents;
    private readonly bool _isShared;
    private ulong _bytesInUse;
    private volatile bool _disposed;

    /// <summary>Reserves an arena of its own, for tests and for programs that want a limit.</summary>
    /// <param name="reservation">How much address space to reserve, in bytes; rounded up to whole pages.</param>
    /// <exception cref="ArgumentOutOfRangeException">Zero, or not representable in whole pages.</exception>
    /// <exception cref="MachineException">The system refused.</exception>
    public GuestMemoryArena(ulong reservation)
        : this(Reserve(reservation), isShared: false)
    {
    }

    private GuestMemoryArena(ReservedMemory memory, bool isShared)
    {
        _memory = memory;
        _isShared = isShared;
        _extents = new ExtentAllocator(memory.Length);
    }

    /// <summary>
    /// The arena that the whole process shares; reserved at first use, as large as <see cref="DefaultReservation"/> or the largest smaller power of
    /// two that the system grants. Disposing it does nothing.
    /// </summary>
    /// <exception cref="MachineException">The system refused even 1 GiB.</exception>
    public static GuestMemoryArena Shared => LazyShared.Value;

    /// <summary>The address space reserved, in bytes.</summary>
    public ulong Reservation => _memory.Length;

    /// <summary>The bytes of all blocks that have not been given back, without guard pages.</summary>
    public ulong BytesInUse
    {
        get
        {
            lock (_lock) return _bytesInUse;
        }
    }

    /// <summary>Whether the arena has been disposed.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Hands out a block of zeros.</summary>
    /// <param name="length">In bytes; rounded up to whole pages.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is zero.</exception>
    /// <exception cref="MachineException">No free part of the arena is large enough.</exception>
    /// <exception cref="ObjectDisposedException">The arena has been disposed.</exception>
    public GuestMemoryBlock Allocate(ulong length)
    {
        ArgumentOutOfRangeException.ThrowIfZero(length);
        if (length > Reservation) throw Exhausted(length);
        ulong rounded = GuestAddress.RoundUpToPages(length);
        ulong offset;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (!_extents.TryAllocate(rounded + GuardSize, out offset)) throw Exhausted(length);
            // Whatever order things are disposed or collected in, the reservation stays as long as a block of it: were it unmapped while a machine
            // still has a block mapped, the next mapping of this process could land on those addresses, and the guest would reach it.
            bool counted = false;
            _memory.DangerousAddRef(ref counted);
            _bytesInUse += rounded;
        }

        return new GuestMemoryBlock(this, new ArenaExtentHandle(this, _memory.Address + (nint)offset, offset, rounded), rounded);
    }

    /// <summary>Ends the arena: its blocks can be used no more. The address space goes when the last block has been given back.</summary>
    public void Dispose()
    {
        if (_isShared) return;
        lock (_lock)
        {
            _disposed = true;
            _memory.Dispose();
        }
    }

    internal void Show(ulong offset, ulong length, SharedPageFile file, ulong fileOffset) => _memory.Show(offset, length, file, fileOffset);

    internal void Release(ulong offset, ulong length, bool showsFile)
    {
        // Outside the lock: it may take long. Nobody else can be given the extent before it is in the free list.
        // With the page behind the block, which may be the middle of the next block here.
        bool zeroed = showsFile ? _memory.Replace(offset, length + GuardSize) : _memory.Discard(offset, length + GuardSize);
        lock (_lock)
        {
            _bytesInUse -= length;
            // An extent that the system would not zero is lost rather than handed on with its former tenant's bytes.
            if (zeroed) _extents.Free(offset, length + GuardSize);
        }

        _memory.DangerousRelease();
    }

    private static ReservedMemory Reserve(ulong reservation)
    {
        ArgumentOutOfRangeException.ThrowIfZero(reservation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(reservation, (ulong)long.MaxValue);
        return ReservedMemory.TryReserve(GuestAddress.RoundUpToPages(reservation), out int errno)
            ?? throw MachineException.FromErrno("mmap", errno);
    }

    private static GuestMemoryArena ReserveShared()
    {
        int errno = 0;
        for (ulong size = OperatingSystem.IsLinux() ? DefaultReservation : DefaultAllocation; size >= SmallestReservation; size /= 2)
        {
            if (ReservedMemory.TryReserve(size, out errno) is { } memory) return new GuestMemoryArena(memory, isShared: true);
        }

        throw MachineException.FromErrno("mmap", errno);
    }

    private MachineException Exhausted(ulong length)
    {
        lock (_lock)
        {
            return new MachineException(
                "allocate",
                0,
                $"No room for {length} bytes of guest memory: {_bytesInUse} of the arena's {Reservation} bytes are in use, "
                + $"and the largest free part has {_extents.LargestFree}.");
        }
    }
}
