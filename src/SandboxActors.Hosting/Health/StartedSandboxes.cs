using Akka.Actor;
using Microsoft.Extensions.DependencyInjection;

namespace SandboxActors.Hosting;

/// <summary>The sandboxes of the host, if it has started them and not stopped.</summary>
internal sealed class StartedSandboxes(IServiceProvider services, BackendRecord backend)
{
    /// <summary>What they run on, and what kept them from it.</summary>
    public BackendRecord Backend { get; } = backend;

    /// <summary>The actor system that they live in.</summary>
    public ActorSystem System => services.GetRequiredService<ActorSystem>();

    /// <summary>The sandboxes.</summary>
    /// <param name="obstacle">Why there are none; empty if there are.</param>
    public Sandboxes? Find(out string obstacle)
    {
        obstacle = string.Empty;
        if (Backend.Failure is { } failure) obstacle = $"Sandboxes could not be started: {failure.Message}";
        else if (System.WhenTerminated.IsCompleted) obstacle = "The actor system of the sandboxes has ended: start the host anew.";
        else if (System.TryGetExtension(out Sandboxes sandboxes)) return sandboxes;
        else obstacle = "Sandboxes have not been started: start the host, and configure its actor system with WithSandboxes.";
        return null;
    }
}
