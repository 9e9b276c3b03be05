namespace SandboxActors.Machine.Tests;

public sealed class MappedFileSpec : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mapped-file");

    [SkippableFact]
    public void A_file_is_seen_and_rounded_up_with_zeros()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux only.");
        byte[] content = [.. Enumerable.Range(0, 5000).Select(index => (byte)(index | 1))];

        using MappedFile file = MappedFile.Open(Write(content));

        Assert.Equal((5000UL, 8192UL), (file.FileLength, file.Length));
        Assert.Equal(content, file.Read(0, 5000).ToArray());
        Assert.False(file.Read(5000, 3192).ContainsAnyExcept((byte)0));
    }

    [SkippableFact]
    public void A_file_that_may_only_be_read_is_mapped_and_its_descriptor_closed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux only.");
        string path = Write([1, 2, 3]);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead);

        using MappedFile file = MappedFile.Open(path);

        Assert.DoesNotContain(path, Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(link => new FileInfo(link).LinkTarget));
        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith(path, StringComparison.Ordinal) && line.Contains(" r--p ", StringComparison.Ordinal));
    }

    [SkippableFact]
    public void A_disposed_file_is_unmapped_and_refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux only.");
        string path = Write([1, 2, 3]);
        MappedFile file = MappedFile.Open(path);

        file.Dispose();

        Assert.True(file.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => { file.Read(0, 1); });
        Assert.Throws<ObjectDisposedException>(() => { file.TryRead(0, new byte[1]); });
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.EndsWith(path, StringComparison.Ordinal));
    }

    [SkippableFact]
    public void What_is_no_file_with_content_is_refused()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux only.");
        string file = Write([1]);

        Assert.Throws<FileNotFoundException>(() => MappedFile.Open(Path.Combine(_folder.FullName, "missing")));
        Assert.Throws<FileNotFoundException>(() => MappedFile.Open(Path.Combine(file, "below-a-file")));
        Assert.Contains("directory", Assert.Throws<MachineException>(() => MappedFile.Open(_folder.FullName)).Message, StringComparison.Ordinal);
        Assert.Contains("empty", Assert.Throws<MachineException>(() => MappedFile.Open(Write([]))).Message, StringComparison.Ordinal);
        Assert.Throws<MachineException>(() => MappedFile.Open("/dev/null"));
        Assert.Throws<ArgumentException>(() => MappedFile.Open(string.Empty));
    }

    [SkippableFact]
    public void What_is_gone_after_truncation_is_told_instead_of_ending_the_process()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Files are mapped on Linux only.");
        string path = Write(new byte[3 * GuestAddress.PageSize]);
        using MappedFile file = MappedFile.Open(path);
        byte[] bytes = new byte[100];
        Assert.True(file.TryRead(2 * GuestAddress.PageSize, bytes));

        using (FileStream stream = File.OpenWrite(path)) stream.SetLength(GuestAddress.PageSize);

        Assert.True(file.TryRead(GuestAddress.PageSize - 100, bytes));
        Assert.False(file.TryRead(GuestAddress.PageSize - 50, bytes));
        Assert.False(file.TryRead(2 * GuestAddress.PageSize, bytes));
        Assert.True(file.TryRead(2 * GuestAddress.PageSize, []));
        Assert.Throws<ArgumentOutOfRangeException>(() => { file.TryRead(file.Length - 99, bytes); });
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Write(byte[] content)
    {
        string path = Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(path, content);
        return path;
    }
}
