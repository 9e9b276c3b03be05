using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>
/// The registers of a guest in gdb's order and by gdb's names: features org.gnu.gdb.i386.core, .sse, .segments and, where the processor has it, .avx. The
/// extended ones are read from, and written to, an XSAVE image in the standard format (Intel SDM volume 1, section 13.4).
/// </summary>
internal static class TargetRegisters
{
    private const ulong Avx = 1 << 2;

    // CF, PF, AF, ZF, SF, DF, OF, AC, ID: what a guest can change itself, but for the trap flag, by which it is stepped.
    private const ulong ChangeableFlags = 0x24_0CD5;

    private const int LowestNonCanonicalBit = 47;
    private const int X87Start = 32;
    private const int X87Stride = 16;
    private const int X87Size = 10;
    private const int TagWord = 4;
    private const int Mxcsr = 24;
    private const int XmmStart = 160;
    private const int YmmHighStart = 576;
    private const int VectorSize = 16;
    private const int ComponentBitmap = 512;

    /// <summary>org.gnu.gdb.i386.core.</summary>
    public static readonly ImmutableArray<TargetRegister> Core = [.. General(), .. Segments(), .. X87()];

    /// <summary>org.gnu.gdb.i386.sse.</summary>
    public static readonly ImmutableArray<TargetRegister> Sse =
    [
        .. Enumerable.Range(0, 16).Select(number => InImage($"xmm{number}", VectorSize, "vec128", XmmStart + (number * VectorSize), VectorSize, component: 1)),
        InImage("mxcsr", sizeof(uint), "i386_mxcsr", Mxcsr, sizeof(ushort), component: 1),
    ];

    /// <summary>org.gnu.gdb.i386.segments.</summary>
    public static readonly ImmutableArray<TargetRegister> SegmentBases =
    [
        new("fs_base", sizeof(ulong), "int64", static (state, value) => BinaryPrimitives.WriteUInt64LittleEndian(value, state.Special.Fs.Base)),
        new("gs_base", sizeof(ulong), "int64", static (state, value) => BinaryPrimitives.WriteUInt64LittleEndian(value, state.Special.Gs.Base)),
    ];

    /// <summary>org.gnu.gdb.i386.avx.</summary>
    public static readonly ImmutableArray<TargetRegister> AvxHigh =
    [
        .. Enumerable.Range(0, 16).Select(number => InImage($"ymm{number}h", VectorSize, "uint128", YmmHighStart + (number * VectorSize), VectorSize, component: 2)),
    ];

    private static readonly ImmutableArray<TargetRegister> WithoutAvx = [.. Core, .. Sse, .. SegmentBases];
    private static readonly ImmutableArray<TargetRegister> WithAvx = [.. WithoutAvx, .. AvxHigh];

    /// <summary>Whether a processor has AVX.</summary>
    public static bool HasAvx(VcpuState state) => (state.ExtendedControl & Avx) != 0 && state.ExtendedState.Length >= YmmHighStart + (16 * VectorSize);

    /// <summary>All registers that a processor has, by number.</summary>
    public static ImmutableArray<TargetRegister> Of(VcpuState state) => HasAvx(state) ? WithAvx : WithoutAvx;

    private static IEnumerable<TargetRegister> General() =>
    [
        Number("rax", static g => g.Rax, static (g, v) => g with { Rax = v }),
        Number("rbx", static g => g.Rbx, static (g, v) => g with { Rbx = v }),
        Number("rcx", static g => g.Rcx, static (g, v) => g with { Rcx = v }),
        Number("rdx", static g => g.Rdx, static (g, v) => g with { Rdx = v }),
        Number("rsi", static g => g.Rsi, static (g, v) => g with { Rsi = v }),
        Number("rdi", static g => g.Rdi, static (g, v) => g with { Rdi = v }),
        Number("rbp", static g => g.Rbp, static (g, v) => g with { Rbp = v }, "data_ptr"),
        Number("rsp", static g => g.Rsp, static (g, v) => g with { Rsp = v }, "data_ptr"),
        Number("r8", static g => g.R8, static (g, v) => g with { R8 = v }),
        Number("r9", static g => g.R9, static (g, v) => g with { R9 = v }),
        Number("r10", static g => g.R10, static (g, v) => g with { R10 = v }),
        Number("r11", static g => g.R11, static (g, v) => g with { R11 = v }),
        Number("r12", static g => g.R12, static (g, v) => g with { R12 = v }),
        Number("r13", static g => g.R13, static (g, v) => g with { R13 = v }),
        Number("r14", static g => g.R14, static (g, v) => g with { R14 = v }),
        Number("r15", static g => g.R15, static (g, v) => g with { R15 = v }),
        Number("rip", static g => g.Rip, static (g, v) => IsCanonical(v) ? g with { Rip = v } : null, "code_ptr"),
        new(
            "eflags",
            sizeof(uint),
            "i386_eflags",
            static (state, value) => BinaryPrimitives.WriteUInt32LittleEndian(value, (uint)state.General.Rflags),
            static (state, value) => state with
            {
                General = state.General with
                {
                    Rflags = (state.General.Rflags & ~ChangeableFlags) | (BinaryPrimitives.ReadUInt32LittleEndian(value) & ChangeableFlags),
                },
            }),
    ];

    private static IEnumerable<TargetRegister> Segments() =>
    [
        Selector("cs", static special => special.Cs),
        Selector("ss", static special => special.Ss),
        Selector("ds", static special => special.Ds),
        Selector("es", static special => special.Es),
        Selector("fs", static special => special.Fs),
        Selector("gs", static special => special.Gs),
    ];

    private static IEnumerable<TargetRegister> X87()
    {
        for (int number = 0; number < 8; number++)
            yield return InImage($"st{number}", X87Size, "i387_ext", X87Start + (number * X87Stride), X87Size, component: 0);
        yield return InImage("fctrl", sizeof(uint), "int", 0, sizeof(ushort), component: 0);
        yield return InImage("fstat", sizeof(uint), "int", 2, sizeof(ushort), component: 0);
        yield return new TargetRegister("ftag", sizeof(uint), "int", ReadTags);
        yield return InImage("fiseg", sizeof(uint), "int", 12, sizeof(ushort), component: 0);
        yield return InImage("fioff", sizeof(uint), "int", 8, sizeof(uint), component: 0);
        yield return InImage("foseg", sizeof(uint), "int", 20, sizeof(ushort), component: 0);
        yield return InImage("fooff", sizeof(uint), "int", 16, sizeof(uint), component: 0);
        yield return InImage("fop", sizeof(uint), "int", 6, sizeof(ushort), component: 0);
    }

    private static TargetRegister Number(
        string name, Func<GeneralRegisters, ulong> get, Func<GeneralRegisters, ulong, GeneralRegisters?> set, string type = "int64") => new(
        name,
        sizeof(ulong),
        type,
        (state, value) => BinaryPrimitives.WriteUInt64LittleEndian(value, get(state.General)),
        (state, value) => set(state.General, BinaryPrimitives.ReadUInt64LittleEndian(value)) is { } general ? state with { General = general } : null);

    private static TargetRegister Selector(string name, Func<SpecialRegisters, SegmentRegister> get) =>
        new(name, sizeof(uint), "int32", (state, value) => BinaryPrimitives.WriteUInt16LittleEndian(value, get(state.Special).Selector));

    // One that is wider for gdb than in the image has zeros above.
    private static TargetRegister InImage(string name, int size, string type, int offset, int sizeInImage, int component) => new(
        name,
        size,
        type,
        (state, value) => state.ExtendedState.AsSpan(offset, sizeInImage).CopyTo(value),
        (state, value) =>
        {
            byte[] image = [.. state.ExtendedState];
            value[..sizeInImage].CopyTo(image.AsSpan(offset));
            image[ComponentBitmap] |= (byte)(1 << component);
            return state with { ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image) };
        });

    // The image has one bit for each register that holds something; gdb wants two: 3 for none, and for those that do 0 for a number, 1 for zero, 2 for
    // anything else (Intel SDM volume 1, section 8.1.7). By their place in the register file, not on the stack.
    private static void ReadTags(VcpuState state, Span<byte> value)
    {
        ReadOnlySpan<byte> image = state.ExtendedState.AsSpan();
        int top = (image[3] >> 3) & 7;
        uint tags = 0;
        for (int place = 0; place < 8; place++)
        {
            ReadOnlySpan<byte> register = image.Slice(X87Start + (((place - top) & 7) * X87Stride), X87Size);
            tags |= ((image[TagWord] >> place) & 1) == 0 ? 3u << (2 * place) : TagOf(register) << (2 * place);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(value, tags);
    }

    private static uint TagOf(ReadOnlySpan<byte> register)
    {
        ulong significand = BinaryPrimitives.ReadUInt64LittleEndian(register);
        int exponent = BinaryPrimitives.ReadUInt16LittleEndian(register[8..]) & 0x7FFF;
        if (exponent == 0 && significand == 0) return 1;
        return exponent is 0 or 0x7FFF || significand >> 63 == 0 ? 2u : 0u;
    }

    private static bool IsCanonical(ulong address) => (long)address >> LowestNonCanonicalBit is 0 or -1;
}
