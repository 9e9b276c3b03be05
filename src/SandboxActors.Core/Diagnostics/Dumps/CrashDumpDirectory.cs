using System.Globalization;

namespace SandboxActors.Core.Diagnostics;

/// <summary>Writes core files into a directory, as many as its limits allow.</summary>
internal static class CrashDumpDirectory
{
    /// <summary>What the names of core files end with.</summary>
    public const string Suffix = ".core";

    private const int LongestGuestName = 64;

    // One at a time for the whole process, so that the limits hold however many guests die at once.
    private static readonly Lock Writing = new();

    /// <summary>Writes a core file, or says why not. Throws nothing: a dump that fails must not change what the poison does.</summary>
    /// <param name="options">Where, and how many.</param>
    /// <param name="report">Whose.</param>
    /// <param name="plan">Plans the file.</param>
    public static CrashDumpOutcome Write(CrashDumpOptions options, CrashReport report, Func<CoreFile> plan)
    {
        try
        {
            lock (Writing)
            {
                PrivateFile.MakeDirectory(options.Directory);
                (int number, ulong size) = Measure(options.Directory);
                if (number >= options.MaximumNumber) return Skipped($"there are {number} core files, and {options.MaximumNumber} are the most");
                CoreFile file = plan();
                if (file.Length > options.MaximumSize) return Skipped($"it would have {file.Length} bytes, and {options.MaximumSize} are the most");
                if (file.Length > options.MaximumTotalSize || size > options.MaximumTotalSize - file.Length)
                    return Skipped($"with its {file.Length} bytes there would be {size + file.Length}, and {options.MaximumTotalSize} are the most");
                string path = Path.Combine(options.Directory, NameOf(report));
                PrivateFile.Write(path, file.WriteTo);
                CrashDumpCounts.CountWritten();
                return new CrashDumpOutcome(path, null);
            }
        }
#pragma warning disable CA1031 // Whatever it was: the report says that there is no core file and why, and it is counted.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            CrashDumpCounts.CountFailed();
            return new CrashDumpOutcome(null, failure.Message);
        }
    }

    private static CrashDumpOutcome Skipped(string problem)
    {
        CrashDumpCounts.CountSkipped();
        return new CrashDumpOutcome(null, problem);
    }

    // Those included that are not, or never were, written to their end.
    private static (int Number, ulong Size) Measure(string directory)
    {
        int number = 0;
        ulong size = 0;
        foreach (FileInfo file in new DirectoryInfo(directory).EnumerateFiles($"*{Suffix}*"))
        {
            number++;
            size += (ulong)file.Length;
        }

        return (number, size);
    }

    // Guest, sandbox, time and cause: in the order of a listing those of one guest come together.
    private static string NameOf(CrashReport report)
    {
        string guest = new([.. report.Guest.Take(LongestGuestName).Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '_')]);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{guest}-{report.SandboxId}-{report.Time.UtcDateTime:yyyyMMdd'T'HHmmss.fff'Z'}-{report.Reason.Kind}{Suffix}");
    }
}
