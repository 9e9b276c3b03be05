namespace SandboxActors.Benchmarks.Peers;

/// <summary>A guest whose memory was filled before it was as new, and that is made as new after each call.</summary>
internal interface ICycle : IDisposable
{
    /// <summary>One call, that adds one to the first word of some pages, and a restore.</summary>
    /// <param name="pages">How many.</param>
    /// <param name="apart">How many pages from one to the next.</param>
    /// <returns>The sum of what stood there: of the pages' numbers, from one up, if the restore before put all back.</returns>
    long CallAndRestore(int pages, int apart);
}
