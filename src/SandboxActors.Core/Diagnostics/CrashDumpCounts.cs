namespace SandboxActors.Core;

/// <summary>How many core files this process has written by itself, and how many it has not.</summary>
/// <param name="Written">Core files written.</param>
/// <param name="Skipped">Core files not written because of a limit.</param>
/// <param name="Failed">Core files not written because the system refused, or the machine.</param>
public readonly record struct CrashDumpCounts(long Written, long Skipped, long Failed)
{
    private static long _written;
    private static long _skipped;
    private static long _failed;

    /// <summary>As of now.</summary>
    public static CrashDumpCounts Current => new(Interlocked.Read(ref _written), Interlocked.Read(ref _skipped), Interlocked.Read(ref _failed));

    internal static void CountWritten() => Interlocked.Increment(ref _written);

    internal static void CountSkipped() => Interlocked.Increment(ref _skipped);

    internal static void CountFailed() => Interlocked.Increment(ref _failed);
}
