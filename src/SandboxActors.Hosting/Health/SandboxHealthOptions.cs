namespace SandboxActors.Hosting;

/// <summary>What health checks of sandboxes are called, and how long they wait.</summary>
public sealed class SandboxHealthOptions
{
    /// <summary>The tag of checks that say whether the process is alive: one that fails for long wants to be started anew.</summary>
    public const string LiveTag = "live";

    /// <summary>The tag of checks that say whether it can take work: while one fails, work had better go elsewhere.</summary>
    public const string ReadyTag = "ready";

    /// <summary>The check that guest threads take work.</summary>
    public const string GuestThreadsName = "sandboxes-guest-threads";

    /// <summary>The check that machines can be made.</summary>
    public const string BackendName = "sandboxes-backend";

    /// <summary>The check that the micro-VMs that are to be ready are.</summary>
    public const string PoolName = "sandboxes-pool";

    /// <summary>
    /// How long a check waits for an answer, at most; 5 seconds unless said otherwise. Keep it below the time that whoever asks gives it.
    /// </summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(5);
}
