using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// A software machine made of random numbers: its code, its pages and what may be done with them, its registers. Around its memory, and in a
/// slot that is
/// unmapped again before it runs, lie bytes that must stay as they are.
/// </summary>
internal sealed class HostileGuest : IDisposable
{
    private const int CodePages = 2;
    private const int DataPages = 8;
    private const byte Canary = 0xC3;
    private const int UnmappedSlot = 5;

    private static readonly GuestAddress CodeStart = new(0x40_0000);
    private static readonly GuestAddress DataStart = new(0x41_0000);
    private static readonly GuestAddress UnmappedStart = DataStart + (DataPages * GuestAddress.PageSize);

    private static readonly MemoryAccess[] Accesses =
        [MemoryAccess.None, MemoryAccess.Read, MemoryAccess.Read | MemoryAccess.Write, MemoryAccess.Read | MemoryAccess.Write,
            MemoryAccess.Read | MemoryAccess.Execute];

    private readonly MemoryAccess[] _accesses = new MemoryAccess[DataPages];
    private readonly GuestMemoryArena _arena = new(1 << 20);
    private readonly GuestMemoryBlock _before;
    private readonly GuestMemoryBlock _code;
    private readonly GuestMemoryBlock _between;
    private readonly GuestMemoryBlock _data;
    private readonly GuestMemoryBlock _behind;
    private readonly byte[] _codeAtFirst;
    private readonly byte[] _dataAtFirst;
    private readonly bool _isTracked;

    /// <summary>Makes the machine.</summary>
    /// <param name="seed">What everything follows from.</param>
    /// <param name="options">How the machine runs.</param>
    public HostileGuest(ulong seed, EmulatorOptions options)
    {
        var random = new CaseRandom(seed);
        _before = Canaries(1);
        _code = _arena.Allocate(CodePages * GuestAddress.PageSize);
        _between = Canaries(1);
        _data = _arena.Allocate(DataPages * GuestAddress.PageSize);
        _behind = Canaries(1);
        HostileCode.Fill(_code.Slice(0, (int)_code.Length), random);
        random.NextBytes(_data.Slice(0, 256));
        // Pages that may be executed are worth jumping to.
        HostileCode.Fill(_data.Slice(GuestAddress.PageSize, GuestAddress.PageSize), random);
        _codeAtFirst = _code.Read(0, (int)_code.Length).ToArray();
        _dataAtFirst = _data.Read(0, (int)_data.Length).ToArray();
        _isTracked = !random.OneIn(8);

        Machine =
            (EmulatedMachine)new EmulatedHypervisor(options).CreateMachine(new MachineOptions { OpenPorts = [DriverCode.Port], Arena = _arena });
        Machine.MapMemory(0, new GuestRange(CodeStart, _code.Length), _code, trackWrites: false);
        Machine.Protect(new GuestRange(CodeStart, _code.Length), MemoryAccess.Read | MemoryAccess.Execute);
        Machine.MapMemory(1, new GuestRange(DataStart, _data.Length), _data, _isTracked);
        for (int page = 0; page < DataPages; page++) Protect(page, random.Choose<MemoryAccess>(Accesses));
        MapAndUnmapNeighbour();
        VcpuState state = Machine.ReadState();
        Machine.WriteState(state with { General = RandomRegisters(random) });
    }

    public EmulatedMachine Machine { get; }

    /// <summary>Runs until the guest ends, or has written to the port a few times.</summary>
    public VmExit Run()
    {
        VmExit exit = default;
        for (int run = 0; run < 4; run++)
        {
            exit = Machine.Run();
            if (exit.Kind != VmExitKind.Output) break;
        }

        return exit;
    }

    /// <summary>All the memory that the guest might have changed.</summary>
    public byte[] Memory() => [.. _code.Read(0, (int)_code.Length), .. _data.Read(0, (int)_data.Length)];

    /// <summary>Asserts that nothing was written that could not be, and that what was written is noted.</summary>
    public void AssertContained()
    {
        foreach (GuestMemoryBlock block in new[] { _before, _between, _behind })
            Assert.Equal(-1, block.Read(0, (int)block.Length).IndexOfAnyExcept(Canary));
        Assert.True(_code.Read(0, (int)_code.Length).SequenceEqual(_codeAtFirst), "Code was written.");
        ulong[] written = new ulong[1];
        if (_isTracked) Machine.ReadWrittenPages(1, written);
        for (int page = 0; page < DataPages; page++)
        {
            int start = page * GuestAddress.PageSize;
            bool isChanged = !_data.Read((ulong)start, GuestAddress.PageSize).SequenceEqual(_dataAtFirst.AsSpan(start, GuestAddress.PageSize));
            if (!isChanged) continue;
            Assert.True(_isTracked && _accesses[page].HasFlag(MemoryAccess.Write), $"Page {page}, which the guest may not write, was written.");
            Assert.True((written[0] & (1UL << page)) != 0, $"Page {page} was written, and that is not noted.");
        }
    }

    public void Dispose()
    {
        Machine.Dispose();
        _arena.Dispose();
    }

    private GuestMemoryBlock Canaries(int pages)
    {
        GuestMemoryBlock block = _arena.Allocate((ulong)pages * GuestAddress.PageSize);
        block.Slice(0, (int)block.Length).Fill(Canary);
        return block;
    }

    private void Protect(int page, MemoryAccess access)
    {
        _accesses[page] = access;
        if (access != MemoryAccess.None)
            Machine.Protect(new GuestRange(DataStart + ((ulong)page * GuestAddress.PageSize), GuestAddress.PageSize), access);
    }

    // Right behind the data, where an access that crosses its end would go.
    private void MapAndUnmapNeighbour()
    {
        var range = new GuestRange(UnmappedStart, _behind.Length);
        Machine.MapMemory(UnmappedSlot, range, _behind, trackWrites: true);
        Machine.Protect(range, MemoryAccess.Read | MemoryAccess.Write);
        Machine.UnmapMemory(UnmappedSlot);
    }

    private static GeneralRegisters RandomRegisters(CaseRandom random)
    {
        ulong Next() => random.Next(4) switch
        {
            0 => random.NextUInt64(),
            1 => CodeStart.Value + (ulong)random.Next(CodePages * GuestAddress.PageSize),
            2 => DataStart.Value + ((ulong)random.Next(DataPages + 1) * GuestAddress.PageSize) - (ulong)random.Next(32),
            _ => DataStart.Value + (ulong)random.Next(DataPages * GuestAddress.PageSize),
        };
        return new GeneralRegisters
        {
            Rax = Next(),
            Rbx = Next(),
            Rcx = random.OneIn(2) ? (ulong)random.Next(10_000) : Next(),
            Rdx = Next(),
            Rsi = Next(),
            Rdi = Next(),
            Rbp = Next(),
            Rsp = Next(),
            R8 = Next(),
            R9 = Next(),
            R10 = Next(),
            R11 = Next(),
            R12 = Next(),
            R13 = Next(),
            R14 = Next(),
            R15 = Next(),
            Rip = CodeStart.Value + (ulong)random.Next(GuestAddress.PageSize),
            Rflags = (random.NextUInt64() & 0xCD5) | (random.OneIn(16) ? 0x100UL : 0) | 2,
        };
    }
}
