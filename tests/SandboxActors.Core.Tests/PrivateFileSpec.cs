using SandboxActors.Core.Diagnostics;

namespace SandboxActors.Core.Tests;

/// <summary>A private file is there whole or not at all.</summary>
public sealed class PrivateFileSpec : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("private");

    private string FilePath => Path.Combine(_directory.FullName, "file");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void It_takes_the_place_of_one_that_is_there()
    {
        File.WriteAllText(FilePath, "old");
        PrivateFile.Write(FilePath, static stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(FilePath));
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public void One_that_could_not_be_written_leaves_nothing_and_what_was_there()
    {
        File.WriteAllText(FilePath, "old");
        Assert.Throws<InvalidOperationException>(() => PrivateFile.Write(FilePath, static stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));
        Assert.Equal("old", File.ReadAllText(FilePath));
        Assert.Single(_directory.GetFiles());
    }

    [Fact]
    public void It_takes_the_place_of_a_link_and_does_not_follow_it()
    {
        string target = Path.Combine(_directory.FullName, "target");
        File.WriteAllText(target, "somebody's");
        File.CreateSymbolicLink(FilePath, target);
        PrivateFile.Write(FilePath, static stream => stream.Write("new"u8));
        Assert.Equal("somebody's", File.ReadAllText(target));
        Assert.Null(new FileInfo(FilePath).LinkTarget);
    }

    [SkippableFact]
    public void Nobody_else_reads_it_while_it_is_written()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
        UnixFileMode mode = default;
        PrivateFile.Write(FilePath, _ => mode = Assert.Single(_directory.GetFiles()).UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, mode);
    }
}
