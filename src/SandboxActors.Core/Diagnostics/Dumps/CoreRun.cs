using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>Pages one behind the other that go into a core file as one segment: all of them zeros, or as they are.</summary>
/// <param name="Memory">What they are part of.</param>
/// <param name="Offset">Where they start in it.</param>
/// <param name="Length">In bytes.</param>
/// <param name="IsZero">Whether they hold nothing but zeros: such runs share their place in the file.</param>
internal readonly record struct CoreRun(CoreMemory Memory, ulong Offset, ulong Length, bool IsZero)
{
    // A file has less than 65,536 segments. Zeros are runs of their own only if there are so many of them, and a run of zeros is so long at least
    // before it is cut, that no memory makes more: at most two runs each time the one, and one each time the other.
    private const ulong FewestZeros = 64 << 10;
    private const ulong LongestZeros = 64 << 10;
    private const ulong MostOfFewest = 20_000;
    private const ulong MostOfLongest = 16_384;

    /// <summary>Takes memory apart into runs.</summary>
    public static IReadOnlyList<CoreRun> Of(IReadOnlyCollection<CoreMemory> memory)
    {
        ulong total = memory.Aggregate(0UL, static (sum, part) => sum + part.Range.Length);
        ulong fewest = Math.Max(FewestZeros, total / MostOfFewest);
        ulong longest = Math.Max(LongestZeros, GuestAddress.RoundUpToPages(total / MostOfLongest));
        var runs = new List<CoreRun>();
        foreach (CoreMemory part in memory) Add(runs, part, fewest, longest);
        return runs;
    }

    private static void Add(List<CoreRun> runs, CoreMemory memory, ulong fewest, ulong longest)
    {
        ulong written = 0, zerosFrom = 0, length = memory.Range.Length;
        byte[] page = new byte[GuestAddress.PageSize];
        for (ulong at = 0; at <= length; at += GuestAddress.PageSize)
        {
            if (at < length && HoldsZeros(memory, at, page)) continue;
            ulong zeros = at - zerosFrom;
            if (zeros >= fewest || zeros == length)
            {
                if (zerosFrom > written) runs.Add(new CoreRun(memory, written, zerosFrom - written, IsZero: false));
                for (ulong from = zerosFrom; from < at; from += longest)
                    runs.Add(new CoreRun(memory, from, Math.Min(longest, at - from), IsZero: true));
                written = at;
            }

            zerosFrom = at + GuestAddress.PageSize;
        }

        if (length > written) runs.Add(new CoreRun(memory, written, length - written, IsZero: false));
    }

    private static bool HoldsZeros(CoreMemory memory, ulong at, byte[] page)
    {
        if (!memory.MayHoldSomething(at)) return true;
        memory.Read(at, page);
        return !page.AsSpan().ContainsAnyExcept((byte)0);
    }
}
