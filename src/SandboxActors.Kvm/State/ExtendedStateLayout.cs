using System.Buffers.Binary;
using System.Collections.Immutable;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm;

/// <summary>
/// What an XSAVE image holds, and where, in the standard format (Intel SDM volume 1, section 13.4). An image may leave a component out if it is in
/// its initial state; but then not every kernel sets MXCSR, so a value from before could survive a restore. Here every component is always written
/// out.
/// </summary>
internal sealed class ExtendedStateLayout
{
    /// <summary>The size of what KVM reads and writes, in bytes.</summary>
    public const int ImageLength = 4096;

    private const int LegacyX87Length = 160;
    private const int MxcsrOffset = 24;
    private const int MxcsrWords = 8;
    private const int MxcsrMaskLength = 4;
    private const int X87Offset = 32;
    private const int X87Registers = 8;
    private const int X87Stride = 16;
    private const int X87Length = 10;
    private const int XmmOffset = 160;
    private const int XmmLength = 256;
    private const int MxcsrMaskOffset = 28;
    private const int RegistersEnd = XmmOffset + XmmLength;
    private const int ComponentBitmapOffset = 512;
    private const int HeaderLength = 64;

    private const ulong X87 = 1 << 0;
    private const ulong Sse = 1 << 1;
    private const ulong Avx = 1 << 2;

    // AVX, and of AVX-512 the masks, the upper halves and the upper registers: all of their bits are data.
    private const ulong AnyValue = Avx | (0b111 << 5);

    private const ushort InitialControlWord = 0x037F;
    private const uint InitialMxcsr = 0x1F80;

    private readonly ImmutableArray<Area> _areas;

    /// <summary>Reads the layout from leaf 0xD.</summary>
    /// <param name="cpuid">What CPUID answers.</param>
    public ExtendedStateLayout(ImmutableArray<kvm_cpuid_entry2> cpuid)
    {
        Components = CpuidTable.Find(cpuid, CpuidTable.ExtendedStateLeaf).eax;
        _areas =
        [
            .. cpuid.Where(entry => entry.function == CpuidTable.ExtendedStateLeaf && entry.index > 1 && (Components & (1UL << (int)entry.index)) != 0)
                .Select(entry => new Area(1UL << (int)entry.index, (int)entry.ebx, (int)entry.eax)),
        ];
    }

    /// <summary>XCR0: all that is there is switched on. Zero if the processor has no XSAVE, and the image is that of FXSAVE.</summary>
    public ulong Components { get; }

    /// <summary>Bytes of an image that hold anything.</summary>
    public int UsedLength => _areas.Aggregate(ComponentBitmapOffset + HeaderLength, static (used, area) => Math.Max(used, area.Offset + area.Length));

    /// <summary>The image that a guest starts with.</summary>
    public byte[] CreateInitial()
    {
        var image = new byte[ImageLength];
        WriteOut(image);
        return image;
    }

    /// <summary>An image in which every register of those that hold any value has one of its own.</summary>
    public byte[] CreateDistinct()
    {
        byte[] image = CreateInitial();
        for (int register = 0; register < X87Registers; register++) Count(image.AsSpan(X87Offset + (register * X87Stride), X87Length), register);
        Count(image.AsSpan(XmmOffset, XmmLength), 0x10);
        foreach (Area area in _areas)
            if ((area.Component & AnyValue) != 0) Count(image.AsSpan(area.Offset, area.Length), (int)area.Component);
        return image;
    }

    /// <summary>
    /// Whether a processor takes an image: whether no condition holds under which XRSTOR faults (Intel SDM volume 1, section 13.8, the standard form).
    /// </summary>
    /// <param name="image">The whole image.</param>
    public bool CanBeLoaded(ReadOnlySpan<byte> image)
    {
        ulong present = BinaryPrimitives.ReadUInt64LittleEndian(image[ComponentBitmapOffset..]);
        uint mxcsr = BinaryPrimitives.ReadUInt32LittleEndian(image[MxcsrOffset..]);
        ReadOnlySpan<byte> reserved = image.Slice(ComponentBitmapOffset + sizeof(ulong), HeaderLength - sizeof(ulong));
        return Components != 0 && (present & ~Components) == 0 && !reserved.ContainsAnyExcept((byte)0) && mxcsr <= ushort.MaxValue;
    }

    /// <summary>Writes out every component that an image leaves out, and clears what is no register: then images of equal registers are equal.</summary>
    /// <param name="image">The whole image.</param>
    public void WriteOut(Span<byte> image)
    {
        Span<byte> bitmap = image.Slice(ComponentBitmapOffset, sizeof(ulong));
        ulong present = BinaryPrimitives.ReadUInt64LittleEndian(bitmap);
        ulong absent = (Components | X87 | Sse) & ~present;
        if ((absent & X87) != 0)
        {
            // MXCSR and its mask lie between the registers of this component and belong to the others.
            image[..MxcsrOffset].Clear();
            image[(MxcsrOffset + MxcsrWords)..LegacyX87Length].Clear();
            BinaryPrimitives.WriteUInt16LittleEndian(image, InitialControlWord);
        }

        if ((absent & Sse) != 0) image.Slice(XmmOffset, XmmLength).Clear();
        if ((present & (Sse | Avx)) == 0) BinaryPrimitives.WriteUInt32LittleEndian(image[MxcsrOffset..], InitialMxcsr);
        foreach (Area area in _areas)
        {
            if ((absent & area.Component) != 0) image.Slice(area.Offset, area.Length).Clear();
        }

        if (Components != 0) BinaryPrimitives.WriteUInt64LittleEndian(bitmap, present | absent);
        image.Slice(MxcsrMaskOffset, MxcsrMaskLength).Clear();
        image[RegistersEnd..ComponentBitmapOffset].Clear();
    }

    private static void Count(Span<byte> bytes, int from)
    {
        for (int index = 0; index < bytes.Length; index++) bytes[index] = (byte)(from + (index * 7));
    }

    private readonly record struct Area(ulong Component, int Offset, int Length);
}
