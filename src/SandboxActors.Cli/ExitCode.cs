namespace SandboxActors.Cli;

/// <summary>What <c>sandboxctl</c> returns to its caller. A number once given keeps its meaning.</summary>
internal static class ExitCode
{
    /// <summary>It did what was asked; sandboxes run here.</summary>
    public const int Success = 0;

    /// <summary>Sandboxes do not run here, or not on what was asked for.</summary>
    public const int HostUnusable = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The guest function reported an error.</summary>
    public const int GuestError = 3;

    /// <summary>The guest died: its sandbox was poisoned.</summary>
    public const int Poisoned = 4;

    /// <summary>The call took longer than it may.</summary>
    public const int TimedOut = 5;

    /// <summary>The guest refused the call: no such function, or other types.</summary>
    public const int Refused = 6;

    /// <summary>A guest file or a snapshot cannot be used.</summary>
    public const int UnusableFile = 7;

    /// <summary>Interrupted from the keyboard, as a shell counts it (128 + SIGINT).</summary>
    public const int Interrupted = 130;
}
