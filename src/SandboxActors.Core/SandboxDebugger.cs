using System.Net;

namespace SandboxActors.Core;

/// <summary>What a sandbox that can be debugged says of that.</summary>
/// <param name="EndPoint">Where gdb attaches: <c>target remote 127.0.0.1:PORT</c>.</param>
/// <param name="IsAttached">Whether a debugger is there.</param>
/// <param name="IsStopped">Whether it has the guest stopped: then calls wait, and their time stands.</param>
public sealed record SandboxDebugger(IPEndPoint EndPoint, bool IsAttached, bool IsStopped);
