using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots;

/// <summary>
/// The memory of a snapshot that sandboxes are forked from, as far as it holds long runs of data: they are put into a file in memory once, and a micro-VM maps
/// them from there instead of having them copied. Short runs are copied: that is faster, and what they take is little. Safe for use from any thread.
/// </summary>
internal sealed class GoldenMemory
{
    /// <summary>The shortest run that is mapped, in pages: 256 KiB. Each is a mapping of the process for each micro-VM.</summary>
    public const int ShortestRun = 64;

    private SharedPageFile? _file;
    private bool _isWritten;
    private object? _lock;

    public GoldenMemory(PageTree pages)
    {
        Pages = pages;
        Runs = FindRuns(pages);
    }

    /// <summary>What all pages hold.</summary>
    public PageTree Pages { get; }

    /// <summary>The long runs: each by its first page and its number of pages, from the lowest up.</summary>
    public IReadOnlyList<(int First, int Count)> Runs { get; }

    /// <summary>
    /// The file with the runs, each page at its number's place; null where there is no such thing. One that could not be written is tried again.
    /// </summary>
    /// <exception cref="MachineException">The system refused.</exception>
    /// <exception cref="SnapshotFormatException">The pages are in the file of a snapshot that was loaded, which is not what it was.</exception>
    public SharedPageFile? File => LazyInitializer.EnsureInitialized(ref _file, ref _isWritten, ref _lock, WriteFile!);

    private static List<(int First, int Count)> FindRuns(PageTree pages)
    {
        List<(int First, int Count)> runs = [];
        (int first, int count) = (0, 0);
        foreach ((int number, _) in pages.All())
        {
            if (number != first + count)
            {
                if (count >= ShortestRun) runs.Add((first, count));
                (first, count) = (number, 0);
            }

            count++;
        }

        if (count >= ShortestRun) runs.Add((first, count));
        return runs;
    }

    private SharedPageFile? WriteFile()
    {
        (int lastFirst, int lastCount) = Runs[^1];
        SharedPageFile? file = SharedPageFile.TryCreate((ulong)(lastFirst + lastCount) * GuestAddress.PageSize);
        if (file is null) return null;
        try
        {
            Span<byte> content = stackalloc byte[GuestAddress.PageSize];
            foreach ((int first, int count) in Runs)
            {
                for (int page = first; page < first + count; page++)
                {
                    Pages[page].CopyTo(content);
                    file.Write((ulong)page * GuestAddress.PageSize, content);
                }
            }

            return file;
        }
        catch (IOException failure)
        {
            file.Dispose();
            throw new MachineException("write to a memory file", 0, $"The pages of a snapshot could not be written: {failure.Message}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }
}
