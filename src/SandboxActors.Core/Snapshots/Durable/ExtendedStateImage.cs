using System.Buffers.Binary;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// Carries registers from one XSAVE image in the standard format to another (Intel SDM volume 1, section 13.4), which keeps whatever is the machine's
/// own: header, masks, and room that is not used.
/// </summary>
internal static class ExtendedStateImage
{
    /// <summary>AVX in XCR0, and in an image's bitmap.</summary>
    public const ulong Avx = 1 << 2;

    /// <summary>The shortest image: the legacy area and the header.</summary>
    public const int MinimumLength = 576;

    /// <summary>The longest image that there is room for in a vCPU's state.</summary>
    public const int MaximumLength = 4096;

    private const ulong X87 = 1 << 0;
    private const ulong Sse = 1 << 1;
    private const int MxcsrOffset = 24;
    private const int MxcsrMaskOffset = 28;
    private const uint MxcsrBits = 0xFFFF;
    private const int X87Offset = 32;
    private const int XmmOffset = 160;
    private const int RegistersEnd = 416;
    private const int BitmapOffset = 512;

    // Of all that may follow it, AVX alone is at the same place in every processor.
    private const int AvxOffset = 576;
    private const int AvxEnd = 832;

    /// <summary>An image up to the last byte that is not zero.</summary>
    public static byte[] WithoutZerosBehind(ReadOnlySpan<byte> image)
    {
        int used = image.LastIndexOfAnyExcept((byte)0) + 1;
        return image[..Math.Max(used, Math.Min(MinimumLength, image.Length))].ToArray();
    }

    /// <summary>Whether an image has a length that an image can have, and a value of MXCSR that a processor takes.</summary>
    public static bool IsPossible(ReadOnlySpan<byte> image) =>
        image.Length is >= MinimumLength and <= MaximumLength && (BinaryPrimitives.ReadUInt32LittleEndian(image[MxcsrOffset..]) & ~MxcsrBits) == 0;

    /// <summary>Whether an image holds anything in registers beyond AVX. Where those are differs from processor to processor.</summary>
    public static bool HoldsMoreThanAvx(ReadOnlySpan<byte> image) => image.Length > AvxEnd && image[AvxEnd..].ContainsAnyExcept((byte)0);

    /// <summary>Carries the registers over.</summary>
    /// <param name="from">The image that has them.</param>
    /// <param name="control">The XCR0 under which it was saved; zero if by a processor without XSAVE, and then every legacy register is there.</param>
    /// <param name="to">The image of a new vCPU, which has everything that <paramref name="from"/> has.</param>
    public static void Carry(ReadOnlySpan<byte> from, ulong control, Span<byte> to)
    {
        ulong present = BinaryPrimitives.ReadUInt64LittleEndian(from[BitmapOffset..]);
        if (control == 0) present |= X87 | Sse;
        if ((present & X87) != 0)
        {
            Carry(from, to, 0, MxcsrOffset);
            Carry(from, to, X87Offset, XmmOffset);
        }

        if ((present & (Sse | Avx)) != 0) Carry(from, to, MxcsrOffset, MxcsrMaskOffset);
        if ((present & Sse) != 0) Carry(from, to, XmmOffset, RegistersEnd);
        if ((present & Avx) != 0) Carry(from, to, AvxOffset, AvxEnd);
        Carry(from, to, AvxEnd, MaximumLength);
    }

    private static void Carry(ReadOnlySpan<byte> from, Span<byte> to, int start, int end)
    {
        end = Math.Min(end, Math.Min(from.Length, to.Length));
        if (start < end) from[start..end].CopyTo(to[start..end]);
    }
}
