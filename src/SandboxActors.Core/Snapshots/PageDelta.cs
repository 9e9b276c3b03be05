using System.Buffers.Binary;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// What differs between two contents of a page: runs of bytes, each as its offset and its length, two bytes both, and the bytes. In words of eight bytes,
/// since that is how programs write and how it is compared fast.
/// </summary>
internal static class PageDelta
{
    /// <summary>Longer ones are not worth it: a page that differs so much is kept whole.</summary>
    public const int MaximumLength = 1024;

    private const int HeaderLength = 2 * sizeof(ushort);
    private const int Word = sizeof(ulong);

    /// <summary>Writes down what differs.</summary>
    /// <param name="from">A page's bytes.</param>
    /// <param name="to">Those of another.</param>
    /// <param name="delta">Where to, <see cref="MaximumLength"/> bytes.</param>
    /// <returns>Its length; or -1 if it would be too long.</returns>
    public static int Encode(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, Span<byte> delta)
    {
        int length = 0;
        int at = 0;
        while (true)
        {
            at += from[at..].CommonPrefixLength(to[at..]) & -Word;
            if (at >= GuestAddress.PageSize) return length;
            int end = at + Word;
            while (end < GuestAddress.PageSize && !from.Slice(end, Word).SequenceEqual(to.Slice(end, Word))) end += Word;
            int run = end - at;
            if (length + HeaderLength + run > MaximumLength) return -1;
            BinaryPrimitives.WriteUInt16LittleEndian(delta[length..], (ushort)at);
            BinaryPrimitives.WriteUInt16LittleEndian(delta[(length + sizeof(ushort))..], (ushort)run);
            to.Slice(at, run).CopyTo(delta[(length + HeaderLength)..]);
            length += HeaderLength + run;
            at = end;
        }
    }

    /// <summary>Makes the one content of the other.</summary>
    /// <param name="page">The content that the delta was taken from; then the one it was taken to.</param>
    /// <param name="delta">What was written down.</param>
    public static void Apply(Span<byte> page, ReadOnlySpan<byte> delta)
    {
        while (TryNext(ref delta, out int at, out ReadOnlySpan<byte> run)) run.CopyTo(page[at..]);
    }

    /// <summary>Undoes <see cref="Apply"/>.</summary>
    /// <param name="page">What the delta made; then the content that it was taken from.</param>
    /// <param name="delta">What was written down.</param>
    /// <param name="from">The content that the delta was taken from.</param>
    public static void Revert(Span<byte> page, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> from)
    {
        while (TryNext(ref delta, out int at, out ReadOnlySpan<byte> run)) from.Slice(at, run.Length).CopyTo(page[at..]);
    }

    /// <summary>Whether some bytes are what the delta makes of a content.</summary>
    public static bool Matches(ReadOnlySpan<byte> from, ReadOnlySpan<byte> delta, ReadOnlySpan<byte> bytes)
    {
        int at = 0;
        while (TryNext(ref delta, out int start, out ReadOnlySpan<byte> run))
        {
            if (!from[at..start].SequenceEqual(bytes[at..start]) || !run.SequenceEqual(bytes.Slice(start, run.Length))) return false;
            at = start + run.Length;
        }

        return from[at..].SequenceEqual(bytes[at..]);
    }

    private static bool TryNext(ref ReadOnlySpan<byte> delta, out int at, out ReadOnlySpan<byte> run)
    {
        at = 0;
        run = default;
        if (delta.IsEmpty) return false;
        at = BinaryPrimitives.ReadUInt16LittleEndian(delta);
        run = delta.Slice(HeaderLength, BinaryPrimitives.ReadUInt16LittleEndian(delta[sizeof(ushort)..]));
        delta = delta[(HeaderLength + run.Length)..];
        return true;
    }
}
