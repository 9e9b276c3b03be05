using System.Buffers.Binary;
using System.Text;
using CsCheck;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Core files have the structure that the ELF specification and the kernel's headers say, and hold what memory held.</summary>
public sealed class CoreFileSpec
{
    private const int Page = GuestAddress.PageSize;
    private const MemoryAccess ReadWrite = MemoryAccess.Read | MemoryAccess.Write;

    /// <summary>Parts of any size, in which pages hold something or nothing in any order: the file gives back every byte.</summary>
    [Fact]
    public void Memory_comes_out_as_it_went_in()
    {
        Gen<bool[]> empty = Gen.Int[1, 300].Select(n => new bool[n]);
        Gen<bool[]> full = Gen.Int[1, 40].Select(n => Enumerable.Repeat(true, n).ToArray());
        Gen<bool[]> part = Gen.OneOf(Gen.Bool.Array[1, 80], empty, full);
        Gen.Select(part.Array[1, 4], Gen.Int).Sample(
            (parts, seed) =>
            {
                var random = new Random(seed);
                byte[][] contents = [.. parts.Select(pages => Contents(pages, random))];
                CoreMemory[] memory = [.. contents.Select((bytes, i) => Of(new GuestAddress((ulong)(i + 1) << 24), bytes))];
                var file = new CoreFile(memory, []);
                byte[] written = Write(file);

                Assert.Equal((ulong)written.Length, file.Length);
                var core = new ParsedCore(written);
                for (int i = 0; i < contents.Length; i++) Assert.Equal(contents[i], core.Memory((ulong)(i + 1) << 24, (ulong)contents[i].Length));
                Assert.All(core.Loads, load => Assert.Equal(load.FileSize, load.MemorySize));
            },
            iter: 500);
    }

    [Fact]
    public void Pages_that_cannot_hold_anything_are_not_looked_at()
    {
        var looked = new HashSet<ulong>();
        var memory = new CoreMemory(new GuestRange(new GuestAddress(1 << 20), 100 * Page), ReadWrite, offset => offset == 3 * Page, (offset, copy) =>
        {
            looked.Add(offset);
            copy.Fill(7);
        });
        byte[] written = new ParsedCore(Write(new CoreFile([memory], []))).Memory(1 << 20, 100 * Page);
        Assert.Equal(3UL * Page, Assert.Single(looked));
        Assert.Equal(Page, written.Count(b => b == 7));
    }

    [Fact]
    public void A_large_guest_that_has_used_little_makes_a_small_file()
    {
        var memory = new CoreMemory(
            new GuestRange(new GuestAddress(1 << 20), 1UL << 30), ReadWrite, offset => offset == 1 << 29, (_, copy) => copy.Fill(7));
        Assert.InRange(new CoreFile([memory], []).Length, 1UL, 1UL << 21);
    }

    [Theory]
    [InlineData(60UL << 30, 1 << 20)]
    [InlineData(1536UL << 20, 17 * Page)]
    public void No_memory_makes_more_segments_than_a_file_can_have(ulong length, int every)
    {
        var memory = new CoreMemory(
            new GuestRange(new GuestAddress(1 << 20), length), ReadWrite, offset => offset % (ulong)every == 0, (_, copy) => copy[0] = 1);
        Assert.InRange(CoreRun.Of([memory]).Count, 1, ushort.MaxValue - 1);
    }

    [Theory]
    [InlineData(MemoryAccess.Read, 4u)]
    [InlineData(MemoryAccess.Read | MemoryAccess.Write, 6u)]
    [InlineData(MemoryAccess.Read | MemoryAccess.Execute, 5u)]
    public void What_the_guest_may_do_is_in_the_flags(MemoryAccess access, uint flags)
    {
        CoreMemory memory = Of(new GuestAddress(1 << 20), [.. Enumerable.Repeat((byte)1, Page)]) with { Access = access };
        Assert.Equal(flags, Assert.Single(new ParsedCore(Write(new CoreFile([memory], []))).Loads).Flags);
    }

    [Fact]
    public void Registers_stand_where_the_kernels_headers_have_them()
    {
        var registers = new GeneralRegisters
        {
            R15 = 1,
            R14 = 2,
            R13 = 3,
            R12 = 4,
            Rbp = 5,
            Rbx = 6,
            R11 = 7,
            R10 = 8,
            R9 = 9,
            R8 = 10,
            Rax = 11,
            Rcx = 12,
            Rdx = 13,
            Rsi = 14,
            Rdi = 15,
            Rip = 17,
            Rflags = 19,
            Rsp = 20,
        };
        byte[] extended = new byte[4096];
        extended[0] = 0x7F;
        extended[831] = 0xAA;
        var state = new VcpuState
        {
            General = default,
            Special = new SpecialRegisters { Fs = new SegmentRegister { Base = 22 } },
            ExtendedState = [.. extended],
            ExtendedControl = 7,
            Debug = default,
            ModelSpecific = [],
        };
        byte[] notes = CoreNotes.Write(state, registers, new CoreSignal(11, 2, 0x1234), 99, "guest.elf", "Function\n");
        ParsedCore core = new(Write(new CoreFile([], notes)));

        byte[] status = core.Notes[("CORE", 1)];
        Assert.Equal(336, status.Length);
        ulong[] stored = [.. Enumerable.Range(0, 27).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(status.AsSpan(112 + (i * 8))))];
        Assert.Equal<ulong>([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, ulong.MaxValue, 17, 0x33, 19, 20, 0x2B, 22, 0, 0, 0, 0, 0], stored);
        Assert.Equal((11, 11, 99), (status[0], status[12], BinaryPrimitives.ReadInt32LittleEndian(status.AsSpan(32))));

        byte[] information = core.Notes[("CORE", 3)];
        Assert.Equal(136, information.Length);
        Assert.Equal("guest.elf", Encoding.ASCII.GetString(information.AsSpan(40, 16)).TrimEnd('\0'));
        Assert.Equal("guest.elf Function\\u{a}", Encoding.ASCII.GetString(information.AsSpan(56, 80)).TrimEnd('\0'));

        byte[] signal = core.Notes[("CORE", 0x5349_4749)];
        Assert.Equal((128, 11, 2, 0x1234), (signal.Length, signal[0], signal[8], BinaryPrimitives.ReadInt32LittleEndian(signal.AsSpan(16))));
        Assert.Equal(extended[..512], core.Notes[("CORE", 2)]);
        byte[] vectors = core.Notes[("LINUX", 0x202)];
        Assert.Equal((832, 7, 0xAA), (vectors.Length, vectors[464], vectors[831])); // up to the end of AVX, and XCR0 where gdb looks for it
    }

    [Fact]
    public void A_processor_without_xsave_has_no_note_of_it()
    {
        var state = new VcpuState
        {
            General = default,
            Special = new SpecialRegisters(),
            ExtendedState = [.. new byte[576]],
            ExtendedControl = 0,
            Debug = default,
            ModelSpecific = [],
        };
        ParsedCore core = new(Write(new CoreFile([], CoreNotes.Write(state, default, default, 1, "a.elf", string.Empty))));
        Assert.DoesNotContain(("LINUX", 0x202u), core.Notes.Keys);
        Assert.Contains(("CORE", 2u), core.Notes.Keys);
    }

    [Fact]
    public void Each_cause_has_the_signal_that_comes_nearest()
    {
        GuestFault Fault(CpuException vector, uint code = 0) => new(vector, code, new GuestAddress(0x10), new GuestAddress(0x20), default);
        (PoisonReason? Reason, CoreSignal Signal)[] all =
        [
            (null, default),
            (new PoisonReason.MemoryViolation(Fault(CpuException.PageFault, 4), MemoryAccess.None), new CoreSignal(11, 1, 0x10)),
            (new PoisonReason.MemoryViolation(Fault(CpuException.PageFault, 7), MemoryAccess.Read), new CoreSignal(11, 2, 0x10)),
            (new PoisonReason.StackOverflowed(Fault(CpuException.PageFault, 6)), new CoreSignal(11, 1, 0x10)),
            (new PoisonReason.Faulted(Fault(CpuException.InvalidOpcode)), new CoreSignal(4, 2, 0x20)),
            (new PoisonReason.Faulted(Fault(CpuException.DivideError)), new CoreSignal(8, 1, 0x20)),
            (new PoisonReason.Faulted(Fault(CpuException.SimdFloatingPointError)), new CoreSignal(8, 0, 0x20)),
            (new PoisonReason.Faulted(Fault(CpuException.Breakpoint)), new CoreSignal(5, 0x80, 0)),
            (new PoisonReason.Faulted(Fault(CpuException.GeneralProtection)), new CoreSignal(11, 0x80, 0)),
            (new PoisonReason.Panicked(8, "x"), new CoreSignal(6, 0, 0)),
            (new PoisonReason.HeapExhausted("x"), new CoreSignal(6, 0, 0)),
            (new PoisonReason.Killed(), new CoreSignal(9, 0, 0)),
            (new PoisonReason.DeadlineExceeded(default), new CoreSignal(14, 0, 0)),
            (new PoisonReason.CpuBudgetExceeded(default), new CoreSignal(24, 0, 0)),
            (new PoisonReason.PortViolation(1, default), new CoreSignal(31, 0, 0)),
            (new PoisonReason.UnexpectedExit(VmExit.UnmappedMemory(new GuestAddress(0x30))), new CoreSignal(7, 0, 0x30)),
        ];
        Assert.All(all, pair => Assert.Equal(pair.Signal, CoreSignal.For(pair.Reason)));
    }

    private static byte[] Contents(bool[] pages, Random random)
    {
        byte[] bytes = new byte[pages.Length * Page];
        for (int i = 0; i < pages.Length; i++)
            if (pages[i]) bytes[(i * Page) + random.Next(Page)] = (byte)random.Next(1, 256);
        return bytes;
    }

    private static CoreMemory Of(GuestAddress start, byte[] bytes) => new(
        new GuestRange(start, (ulong)bytes.Length),
        ReadWrite,
        static _ => true,
        (offset, copy) => bytes.AsSpan((int)offset, copy.Length).CopyTo(copy));

    private static byte[] Write(CoreFile file)
    {
        using var stream = new MemoryStream();
        file.WriteTo(stream);
        return stream.ToArray();
    }
}
