namespace SandboxActors.Core.Debugging;

/// <summary>What a client of the remote protocol has sent.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Body">A packet's body, without escapes; good until more is read.</param>
internal readonly record struct RemoteInput(RemoteInputKind Kind, ReadOnlyMemory<byte> Body = default);
