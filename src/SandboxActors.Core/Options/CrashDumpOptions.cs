namespace SandboxActors.Core;

/// <summary>
/// Where core files go that are written by themselves when a guest is poisoned, and how many at most. What is already in the directory counts,
/// whoever wrote it: a dump that would go over a limit is not written, so that the first ones are kept.
/// </summary>
public sealed record CrashDumpOptions
{
    /// <summary>The environment variable that names the directory where nobody else does. Set to nothing at all, it counts as not set.</summary>
    public const string DirectoryVariable = "SANDBOX_ACTORS_CRASH_DUMP_DIRECTORY";

    /// <summary>The directory; made when it is needed, for its owner alone.</summary>
    public required string Directory { get; init; }

    /// <summary>The most core files in the directory; 16 unless said otherwise.</summary>
    public int MaximumNumber { get; init; } = 16;

    /// <summary>The most bytes of one core file; 256 MiB unless said otherwise.</summary>
    public ulong MaximumSize { get; init; } = 256UL << 20;

    /// <summary>The most bytes of all core files in the directory together; 1 GiB unless said otherwise.</summary>
    public ulong MaximumTotalSize { get; init; } = 1UL << 30;

    /// <summary>
    /// Whether guests are dumped too that the host ended: killed, out of time, out of budget, cancelled. Not unless said otherwise, since there may
    /// be many.
    /// </summary>
    public bool OfEndedGuests { get; init; }

    /// <summary>What the environment says; null if it says nothing.</summary>
    public static CrashDumpOptions? FromEnvironment() => From(Environment.GetEnvironmentVariable);

    /// <summary>What an environment says; null if it says nothing.</summary>
    /// <param name="environment">The value of a variable; null if it is not set.</param>
    internal static CrashDumpOptions? From(Func<string, string?> environment) =>
        environment(DirectoryVariable) is { Length: > 0 } directory ? new CrashDumpOptions { Directory = directory } : null;

    /// <summary>Tests every option against its bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside; the message names it.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Directory) || Directory.Contains('\0'))
            throw new ArgumentOutOfRangeException(nameof(Directory), Directory, "CrashDumps.Directory must be the name of a directory.");
        if (MaximumNumber < 0)
            throw new ArgumentOutOfRangeException(nameof(MaximumNumber), MaximumNumber, "CrashDumps.MaximumNumber must not be negative.");
    }
}
