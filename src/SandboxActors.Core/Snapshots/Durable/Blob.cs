using Microsoft.Win32.SafeHandles;
using SandboxActors.Core.Snapshots.Durable.Documents;
using SandboxActors.Machine;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>
/// A blob that has the size it should have, and whose content is verified when it is used. It is mapped, and then holds no descriptor; where the system
/// has no mappings, or does not let a process copy from one without being ended if a page of it has gone, it is read. Safe for use from any thread.
/// </summary>
internal sealed class Blob : IDisposable
{
    private readonly BlobDirectory _directory;
    private readonly SafeFileHandle? _file;

    private Blob(BlobDirectory directory, Digest digest, long length, MappedFile? memory, SafeFileHandle? file)
    {
        _directory = directory;
        Digest = digest;
        Length = length;
        Memory = memory;
        _file = file;
    }

    /// <summary>The digest that its content should have.</summary>
    public Digest Digest { get; }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>Its mapping, if it has one.</summary>
    public MappedFile? Memory { get; }

    /// <summary>Where it is, from the directory on.</summary>
    public string Name => BlobDirectory.NameOf(Digest);

    /// <summary>Opens one; its content is not looked at.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="descriptor">What is said of it.</param>
    /// <param name="copies">Whether the system lets a process copy from a mapping that may have gone.</param>
    /// <exception cref="SnapshotFormatException">It is not there, not what is said of it, or the system refused to map it.</exception>
    public static Blob Open(BlobDirectory directory, OciDescriptor descriptor, bool copies = true)
    {
        SafeFileHandle file = directory.OpenBlob(descriptor, out Digest digest);
        try
        {
            MappedFile? memory = OperatingSystem.IsLinux() && descriptor.Size > 0 ? MappedFile.Map(file, BlobDirectory.NameOf(digest)) : null;
            if (!copies || memory is null || !memory.TryRead(0, stackalloc byte[1])) return new Blob(directory, digest, descriptor.Size, memory, file);
            file.Dispose();
            return new Blob(directory, digest, descriptor.Size, memory, file: null);
        }
        catch (MachineException refused)
        {
            file.Dispose();
            throw directory.Refused(SnapshotProblem.Unreadable, refused.Message.TrimEnd('.'), refused);
        }
    }

    /// <summary>Copies a part.</summary>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="target">Where the bytes go.</param>
    /// <exception cref="SnapshotFormatException">It is not there any more, or cannot be read.</exception>
    public void Read(long offset, Span<byte> target)
    {
        if (_file is not null) _directory.ReadExactly(_file, Name, offset, target);
        else if (!Memory!.TryRead((ulong)offset, target))
            throw _directory.Refused(SnapshotProblem.Truncated, $"{Name} was truncated, or cannot be read: not all is there from byte {offset} to {offset + target.Length}");
    }

    public void Dispose()
    {
        _file?.Dispose();
        Memory?.Dispose();
    }
}
