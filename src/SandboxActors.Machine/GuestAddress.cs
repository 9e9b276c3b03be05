using System.Globalization;

namespace SandboxActors.Machine;

/// <summary>
/// An address inside a guest, in bytes. Guest virtual and guest physical addresses are equal wherever a guest may look
/// (the page tables are an identity map), so one type serves for both.
/// </summary>
/// <param name="Value">The address in bytes from zero.</param>
public readonly record struct GuestAddress(ulong Value) : IComparable<GuestAddress>
{
    /// <summary>Bytes in a page of guest memory: 4096.</summary>
    public const int PageSize = 4096;

    /// <summary>Whether the address is the first byte of a page.</summary>
    public bool IsPageAligned => Value % PageSize == 0;

    /// <summary>The first byte of the page that holds this address.</summary>
    public GuestAddress PageStart => new(Value & ~(PageSize - 1UL));

    /// <summary>Rounds a length up to whole pages.</summary>
    /// <param name="length">A length in bytes.</param>
    /// <exception cref="OverflowException">The rounded length exceeds 64 bits.</exception>
    public static ulong RoundUpToPages(ulong length) => checked(length + (PageSize - 1)) & ~(PageSize - 1UL);

    /// <summary>The address <paramref name="bytes"/> further up.</summary>
    /// <exception cref="OverflowException">The sum exceeds 64 bits.</exception>
    public static GuestAddress operator +(GuestAddress address, ulong bytes) => new(checked(address.Value + bytes));

    /// <summary>The address <paramref name="bytes"/> further down.</summary>
    /// <exception cref="OverflowException">The difference is below zero.</exception>
    public static GuestAddress operator -(GuestAddress address, ulong bytes) => new(checked(address.Value - bytes));

    /// <summary>The distance in bytes from <paramref name="start"/> up to <paramref name="end"/>.</summary>
    /// <exception cref="OverflowException"><paramref name="start"/> is above <paramref name="end"/>.</exception>
    public static ulong operator -(GuestAddress end, GuestAddress start) => checked(end.Value - start.Value);

    /// <summary>Whether <paramref name="left"/> is below <paramref name="right"/>.</summary>
    public static bool operator <(GuestAddress left, GuestAddress right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> is above <paramref name="right"/>.</summary>
    public static bool operator >(GuestAddress left, GuestAddress right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> is not above <paramref name="right"/>.</summary>
    public static bool operator <=(GuestAddress left, GuestAddress right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> is not below <paramref name="right"/>.</summary>
    public static bool operator >=(GuestAddress left, GuestAddress right) => left.Value >= right.Value;

    /// <inheritdoc />
    public int CompareTo(GuestAddress other) => Value.CompareTo(other.Value);

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"0x{Value:x}");
}
