namespace SandboxActors.Core.Diagnostics;

/// <summary>Writes a file that its owner alone may read, and that is there whole or not at all.</summary>
internal static class PrivateFile
{
    /// <summary>What a file's name ends with while it is written.</summary>
    public const string PartialSuffix = ".partial";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Writes it, in the place of one that is there.</summary>
    /// <exception cref="IOException">The system refused; nothing is left behind, and what was there is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">So it did.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string partial = $"{path}.{Guid.NewGuid():n}{PartialSuffix}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        try
        {
            using (var stream = new FileStream(partial, options)) write(stream);
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }

    /// <summary>Makes a directory for its owner alone, unless there is one.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    /// <exception cref="UnauthorizedAccessException">So it did.</exception>
    public static void MakeDirectory(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, OwnerOnlyDirectory);
    }
}
