using System.Runtime.CompilerServices;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>A .NET type as a type of result. The comparisons are settled when the code is compiled for the type.</summary>
internal static class ResultType<T>
{
    private static readonly GuestValueType Known = GuestValue.TryGetType(typeof(T), out GuestValueType type) ? type : GuestValueType.Void;

    /// <exception cref="NotSupportedException">The type cannot pass between host and guest.</exception>
    public static GuestValueType Type => Known != GuestValueType.Void
        ? Known
        : throw new NotSupportedException($"{typeof(T)} cannot pass between host and guest; int, uint, long, ulong, float, double, bool, string and byte[] can.");

    public static T Read(GuestValue value)
    {
        if (typeof(T) == typeof(int)) return As(value.AsInt32());
        if (typeof(T) == typeof(uint)) return As(value.AsUInt32());
        if (typeof(T) == typeof(long)) return As(value.AsInt64());
        if (typeof(T) == typeof(ulong)) return As(value.AsUInt64());
        if (typeof(T) == typeof(float)) return As(value.AsSingle());
        if (typeof(T) == typeof(double)) return As(value.AsDouble());
        if (typeof(T) == typeof(bool)) return As(value.AsBoolean());
        return (T)value.ToObject()!;
    }

    /// <summary>The other way round.</summary>
    public static GuestValue Write(T value)
    {
        if (typeof(T) == typeof(int)) return GuestValue.From(As<int>(value));
        if (typeof(T) == typeof(uint)) return GuestValue.From(As<uint>(value));
        if (typeof(T) == typeof(long)) return GuestValue.From(As<long>(value));
        if (typeof(T) == typeof(ulong)) return GuestValue.From(As<ulong>(value));
        if (typeof(T) == typeof(float)) return GuestValue.From(As<float>(value));
        if (typeof(T) == typeof(double)) return GuestValue.From(As<double>(value));
        if (typeof(T) == typeof(bool)) return GuestValue.From(As<bool>(value));
        return value switch
        {
            string text => GuestValue.From(text),
            byte[] bytes => GuestValue.From(bytes),
            null => throw new ArgumentNullException(nameof(value)),
            _ => throw new NotSupportedException($"{typeof(T)} cannot pass between host and guest."),
        };
    }

    private static TValue As<TValue>(T value) => Unsafe.As<T, TValue>(ref value);

    private static T As<TValue>(TValue value) => Unsafe.As<TValue, T>(ref value);
}
