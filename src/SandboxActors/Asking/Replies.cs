using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>Takes results out of replies; a failure is thrown, as the exception that it carries.</summary>
internal static class Replies
{
    public static readonly Func<object, GuestValue> ValueReader = Value;
    public static readonly Func<object, Snapshot> SnapshotReader = static reply => Expect<SandboxProtocol.SnapshotTaken>(reply).Snapshot;
    public static readonly Func<object, ulong> MappedReader = static reply => Expect<SandboxProtocol.Mapped>(reply).Length;
    public static readonly Func<object, bool> DoneReader = static reply => Expect<SandboxProtocol.Done>(reply) is not null;
    public static readonly Func<object, SandboxReport> ReportReader = static reply => Expect<SandboxProtocol.Status>(reply).Report;
    public static readonly Func<object, SandboxRef> CreatedReader = static reply => Expect<SupervisorProtocol.Created>(reply).Sandbox;

    public static GuestValue Value(object reply) => Expect<SandboxProtocol.Completed>(reply).Value;

    private static TReply Expect<TReply>(object reply) => reply switch
    {
        TReply expected => expected,
        SandboxProtocol.Failed failed => throw failed.Cause,
        _ => throw new InvalidOperationException($"{reply.GetType()} is no reply to what was asked."),
    };
}
