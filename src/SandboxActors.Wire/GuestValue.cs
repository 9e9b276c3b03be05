using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SandboxActors.Wire;

/// <summary>
/// One parameter or result: a type and its value, bit for bit. Text and bytes are kept by reference; whoever makes a value from an array must
/// not change the array while the value is in use.
/// </summary>
public readonly struct GuestValue : IEquatable<GuestValue>
{
    private readonly ulong _bits;
    private readonly object? _reference;

    private GuestValue(GuestValueType type, ulong bits, object? reference)
    {
        Type = type;
        _bits = bits;
        _reference = reference;
    }

    /// <summary>The value's type.</summary>
    public GuestValueType Type { get; }

    /// <summary>A number's bits as the wire carries them, in the lowest bytes; 0 for text, bytes and <see cref="Void"/>.</summary>
    internal ulong RawBits => _bits;

    /// <summary>No value: what a function without result returns.</summary>
    public static GuestValue Void => default;

    /// <summary>A 32-bit signed integer.</summary>
    public static GuestValue From(int value) => new(GuestValueType.Int32, unchecked((uint)value), null);

    /// <summary>A 32-bit unsigned integer.</summary>
    public static GuestValue From(uint value) => new(GuestValueType.UInt32, value, null);

    /// <summary>A 64-bit signed integer.</summary>
    public static GuestValue From(long value) => new(GuestValueType.Int64, unchecked((ulong)value), null);

    /// <summary>A 64-bit unsigned integer.</summary>
    public static GuestValue From(ulong value) => new(GuestValueType.UInt64, value, null);

    /// <summary>A binary32 number, NaN payload and sign of zero included.</summary>
    public static GuestValue From(float value) => new(GuestValueType.Single, BitConverter.SingleToUInt32Bits(value), null);

    /// <summary>A binary64 number, NaN payload and sign of zero included.</summary>
    public static GuestValue From(double value) => new(GuestValueType.Double, BitConverter.DoubleToUInt64Bits(value), null);

    /// <summary>True or false.</summary>
    public static GuestValue From(bool value) => new(GuestValueType.Boolean, value ? 1UL : 0UL, null);

    /// <summary>Text. It must be valid UTF-16, since UTF-8 can carry nothing else.</summary>
    public static GuestValue From(string value) => new(GuestValueType.String, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>Bytes, kept by reference.</summary>
    public static GuestValue From(byte[] value) => new(GuestValueType.Bytes, 0, value ?? throw new ArgumentNullException(nameof(value)));

    /// <summary>A number or truth value from its <see cref="RawBits"/>.</summary>
    internal static GuestValue FromBits(GuestValueType type, ulong bits) => new(type, bits, null);

    /// <summary>From a 32-bit signed integer.</summary>
    public static implicit operator GuestValue(int value) => From(value);

    /// <summary>From a 32-bit unsigned integer.</summary>
    public static implicit operator GuestValue(uint value) => From(value);

    /// <summary>From a 64-bit signed integer.</summary>
    public static implicit operator GuestValue(long value) => From(value);

    /// <summary>From a 64-bit unsigned integer.</summary>
    public static implicit operator GuestValue(ulong value) => From(value);

    /// <summary>From a binary32 number.</summary>
    public static implicit operator GuestValue(float value) => From(value);

    /// <summary>From a binary64 number.</summary>
    public static implicit operator GuestValue(double value) => From(value);

    /// <summary>From a truth value.</summary>
    public static implicit operator GuestValue(bool value) => From(value);

    /// <summary>From text.</summary>
    public static implicit operator GuestValue(string value) => From(value);

    /// <summary>From bytes.</summary>
    public static implicit operator GuestValue(byte[] value) => From(value);

    /// <summary>The value, if it is of this type.</summary>
    /// <exception cref="InvalidCastException">It is of another type.</exception>
    public int AsInt32() => unchecked((int)Bits(GuestValueType.Int32));

    /// <inheritdoc cref="AsInt32"/>
    public uint AsUInt32() => unchecked((uint)Bits(GuestValueType.UInt32));

    /// <inheritdoc cref="AsInt32"/>
    public long AsInt64() => unchecked((long)Bits(GuestValueType.Int64));

    /// <inheritdoc cref="AsInt32"/>
    public ulong AsUInt64() => Bits(GuestValueType.UInt64);

    /// <inheritdoc cref="AsInt32"/>
    public float AsSingle() => BitConverter.UInt32BitsToSingle(unchecked((uint)Bits(GuestValueType.Single)));

    /// <inheritdoc cref="AsInt32"/>
    public double AsDouble() => BitConverter.UInt64BitsToDouble(Bits(GuestValueType.Double));

    /// <inheritdoc cref="AsInt32"/>
    public bool AsBoolean() => Bits(GuestValueType.Boolean) != 0;

    /// <inheritdoc cref="AsInt32"/>
    public string AsString() => (string)Reference(GuestValueType.String);

    /// <summary>The bytes, if the value is bytes: the array itself, not a copy.</summary>
    /// <exception cref="InvalidCastException">It is of another type.</exception>
    public byte[] AsBytes() => (byte[])Reference(GuestValueType.Bytes);

    /// <summary>The wire type of a .NET type.</summary>
    /// <param name="type">One of int, uint, long, ulong, float, double, bool, string, byte[] or void.</param>
    /// <param name="valueType">Its wire type.</param>
    /// <returns>Whether the type can pass between host and guest.</returns>
    public static bool TryGetType(Type type, out GuestValueType valueType)
    {
        valueType =
            type == typeof(int) ? GuestValueType.Int32 :
            type == typeof(uint) ? GuestValueType.UInt32 :
            type == typeof(long) ? GuestValueType.Int64 :
            type == typeof(ulong) ? GuestValueType.UInt64 :
            type == typeof(float) ? GuestValueType.Single :
            type == typeof(double) ? GuestValueType.Double :
            type == typeof(bool) ? GuestValueType.Boolean :
            type == typeof(string) ? GuestValueType.String :
            type == typeof(byte[]) ? GuestValueType.Bytes :
            GuestValueType.Void;
        return valueType != GuestValueType.Void || type == typeof(void);
    }

    /// <summary>The value as an object: boxed number, string, byte array, or null for <see cref="Void"/>.</summary>
    public object? ToObject() => Type switch
    {
        GuestValueType.Int32 => AsInt32(),
        GuestValueType.UInt32 => AsUInt32(),
        GuestValueType.Int64 => AsInt64(),
        GuestValueType.UInt64 => AsUInt64(),
        GuestValueType.Single => AsSingle(),
        GuestValueType.Double => AsDouble(),
        GuestValueType.Boolean => AsBoolean(),
        _ => _reference,
    };

    /// <summary>Equal type and equal bits: -0.0 differs from 0.0, and a NaN equals the NaN with the same payload.</summary>
    public bool Equals(GuestValue other) => Type == other.Type && _bits == other._bits && Type switch
    {
        GuestValueType.String => string.Equals(AsString(), other.AsString(), StringComparison.Ordinal),
        GuestValueType.Bytes => AsBytes().AsSpan().SequenceEqual(other.AsBytes()),
        _ => true,
    };

    /// <inheritdoc />
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is GuestValue other && Equals(other);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Type);
        hash.Add(_bits);
        if (_reference is string text) hash.Add(text, StringComparer.Ordinal);
        if (_reference is byte[] bytes) hash.AddBytes(bytes);
        return hash.ToHashCode();
    }

    /// <summary>Equal type and equal bits.</summary>
    public static bool operator ==(GuestValue left, GuestValue right) => left.Equals(right);

    /// <summary>Another type or other bits.</summary>
    public static bool operator !=(GuestValue left, GuestValue right) => !left.Equals(right);

    /// <inheritdoc />
    public override string ToString() => Type switch
    {
        GuestValueType.Void => "void",
        GuestValueType.Bytes => string.Create(CultureInfo.InvariantCulture, $"bytes[{AsBytes().Length}]"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{ToObject()}"),
    };

    private ulong Bits(GuestValueType type) => Type == type ? _bits : throw Mismatch(type);

    private object Reference(GuestValueType type) => Type == type ? _reference! : throw Mismatch(type);

    private InvalidCastException Mismatch(GuestValueType type) => new($"The value is of type {Type}, not {type}.");
}
