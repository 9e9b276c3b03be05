namespace SandboxActors.Core.Telemetry;

/// <summary>Mailboxes in which requests wait for sandboxes. From any thread.</summary>
internal interface IRequestQueues
{
    /// <summary>Requests that wait, in all of them.</summary>
    long Waiting { get; }
}
