using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>A .NET type as the type of a guest's result.</summary>
internal static class GuestResult<T>
{
    private static readonly GuestValueType Found = GuestValue.TryGetType(typeof(T), out GuestValueType type) ? type : GuestValueType.Void;

    /// <exception cref="NotSupportedException">The type cannot pass between host and guest.</exception>
    public static GuestValueType Type => Found != GuestValueType.Void
        ? Found
        : throw new NotSupportedException(
            $"{typeof(T)} cannot pass between host and guest; int, uint, long, ulong, float, double, bool, string and byte[] can.");

    /// <summary>Takes the result out of a reply.</summary>
    public static readonly Func<object, T> FromReply = static reply => (T)Replies.Value(reply).ToObject()!;
}
