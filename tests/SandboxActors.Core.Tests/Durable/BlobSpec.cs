using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>A blob is the same whether it is copied from its mapping or read from its file, and ends no process when its file shrinks.</summary>
public sealed class BlobSpec : IDisposable
{
    private readonly SavedSnapshot _saved = SavedSnapshot.WithNoise();

    public void Dispose() => _saved.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void All_of_it_is_there_at_any_offset(bool copies)
    {
        using Blob blob = Open(_saved.Copy(), copies, out string path);
        byte[] content = File.ReadAllBytes(path);
        Assert.Equal(content.Length, blob.Length);
        var random = new Random(3);
        for (int i = 0; i < 200; i++)
        {
            int offset = random.Next(content.Length);
            byte[] part = new byte[random.Next(content.Length - offset + 1)];
            blob.Read(offset, part);
            Assert.True(content.AsSpan(offset, part.Length).SequenceEqual(part));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_cut_off_is_missed_when_it_is_read_and_the_rest_is_there(bool copies)
    {
        using Blob blob = Open(_saved.Copy(), copies, out string path);
        byte[] page = new byte[GuestAddress.PageSize];
        using (FileStream file = File.OpenWrite(path)) file.SetLength(GuestAddress.PageSize);

        blob.Read(0, page);
        SnapshotFormatException refused = Assert.Throws<SnapshotFormatException>(() => blob.Read(GuestAddress.PageSize, page));
        Assert.Equal(SnapshotProblem.Truncated, refused.Problem);
        Assert.Contains(Path.GetFileName(path), refused.Message, StringComparison.Ordinal);
        Assert.Throws<SnapshotFormatException>(() => blob.Read(GuestAddress.PageSize - 1, page));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_stays_when_its_file_is_deleted_or_replaced(bool copies)
    {
        using Blob blob = Open(_saved.Copy(), copies, out string path);
        byte[] content = File.ReadAllBytes(path);
        File.Delete(path);
        File.WriteAllBytes(path, new byte[content.Length]);
        byte[] read = new byte[content.Length];
        blob.Read(0, read);
        Assert.Equal(content, read);
    }

    private static Blob Open(OciDirectory directory, bool copies, out string path)
    {
        path = directory.BlobOf("memory");
        var descriptor = new OciDescriptor("", $"sha256:{Path.GetFileName(path)}", new FileInfo(path).Length);
        return Blob.Open(new BlobDirectory(directory.Path), descriptor, copies);
    }
}
