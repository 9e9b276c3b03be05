using SandboxActors.Core.Calls;

namespace SandboxActors;

/// <summary>How a result of a type is taken out of a reply.</summary>
internal static class GuestResult<T>
{
    public static readonly Func<object, T> FromReply = static reply => ResultType<T>.Read(Replies.Value(reply));
}
