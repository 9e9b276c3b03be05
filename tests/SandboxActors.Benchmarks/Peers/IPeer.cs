namespace SandboxActors.Benchmarks.Peers;

/// <summary>A way to run code that is not trusted, made ready: whatever its sandboxes share is loaded and compiled.</summary>
internal interface IPeer : IDisposable
{
    /// <summary>A sandbox that is ready for its first call.</summary>
    IPeerSandbox Create();
}
