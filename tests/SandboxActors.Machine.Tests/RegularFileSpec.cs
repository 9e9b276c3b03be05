using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace SandboxActors.Machine.Tests;

/// <summary>What only looks like a file is told from one, without waiting.</summary>
public sealed class RegularFileSpec : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("regular-file");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_read()
    {
        string path = Write("file");
        using SafeFileHandle file = RegularFile.Open(path);
        byte[] content = new byte[4];

        Assert.Equal(3, RandomAccess.Read(file, content, 0));
        Assert.Equal([1, 2, 3, 0], content);
    }

    [Fact]
    public void A_link_is_followed_only_if_it_may_be()
    {
        string link = Path.Combine(_folder.FullName, "link");
        File.CreateSymbolicLink(link, Write("file"));

        Assert.Contains("symbolic link", Assert.Throws<MachineException>(() => RegularFile.Open(link)).Message, StringComparison.Ordinal);
        using SafeFileHandle file = RegularFile.Open(link, followLink: true);
        Assert.Equal(3, RandomAccess.GetLength(file));
    }

    [SkippableFact]
    public void A_pipe_is_refused_without_a_wait_for_its_writer()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Pipes with names are made on Linux only.");
        string pipe = Path.Combine(_folder.FullName, "pipe");
        using (Process mkfifo = Process.Start("mkfifo", pipe)) mkfifo.WaitForExit();

        Assert.Contains("pipe", Assert.Throws<MachineException>(() => RegularFile.Open(pipe)).Message, StringComparison.Ordinal);
        Assert.Throws<MachineException>(() => MappedFile.Open(pipe));
    }

    [Fact]
    public void A_directory_is_refused_and_what_is_missing_is_named()
    {
        Assert.Throws<MachineException>(() => RegularFile.Open(_folder.FullName));
        string missing = Path.Combine(_folder.FullName, "missing");
        Assert.Equal(missing, Assert.Throws<FileNotFoundException>(() => RegularFile.Open(missing)).FileName);
        Assert.Throws<ArgumentException>(() => RegularFile.Open(string.Empty));
    }

    [SkippableFact]
    public void A_directory_is_flushed_and_one_that_is_missing_is_named()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Directories are opened on Linux only.");
        DurableDirectory.Flush(_folder.FullName);
        string missing = Path.Combine(_folder.FullName, "missing");
        Assert.Contains(missing, Assert.Throws<MachineException>(() => DurableDirectory.Flush(missing)).Message, StringComparison.Ordinal);
    }

    private string Write(string name)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllBytes(path, [1, 2, 3]);
        return path;
    }
}
