using System.Security.Cryptography;
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
    private const int ChunkSize = 1 << 20;

    private readonly BlobDirectory _directory;
    private readonly Digest _digest;
    private readonly SafeFileHandle? _file;

    private Blob(BlobDirectory directory, Digest digest, long length, MappedFile? memory, SafeFileHandle? file)
    {
        _directory = directory;
        _digest = digest;
        Length = length;
        Memory = memory;
        _file = file;
    }

    /// <summary>In bytes.</summary>
    public long Length { get; }

    /// <summary>Its mapping, if it has one.</summary>
    public MappedFile? Memory { get; }

    private string Name => BlobDirectory.NameOf(_digest);

    /// <summary>Opens one; its content is not looked at.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="descriptor">What is said of it.</param>
    /// <param name="copies">Whether the system lets a process copy from a mapping that may have gone.</param>
    /// <exception cref="SnapshotFormatException">It is not there, not what is said of it, or the system refused to map it.</exception>
    public static Blob Open(BlobDirectory directory, OciDescriptor descriptor, bool copies = true)
    {
        SafeFileHandle file = directory.OpenBlob(descriptor, out Digest digest);
        MappedFile? memory = null;
        try
        {
            if (OperatingSystem.IsLinux() && descriptor.Size > 0) memory = MappedFile.Map(file, BlobDirectory.NameOf(digest));
            // The file may have become another length since it was opened, and the mapping has that of this moment.
            if (memory is not null && memory.FileLength != (ulong)descriptor.Size) throw directory.WrongLength(digest, (long)memory.FileLength, descriptor.Size);
            if (!copies || memory is null || !memory.TryRead(0, stackalloc byte[1])) return new Blob(directory, digest, descriptor.Size, memory, file);
            file.Dispose();
            return new Blob(directory, digest, descriptor.Size, memory, file: null);
        }
        catch (Exception failure)
        {
            memory?.Dispose();
            file.Dispose();
            if (failure is not MachineException refused) throw;
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

    /// <summary>Reads it from end to end and compares its digest.</summary>
    /// <param name="look">Given each chunk that was read, with its offset.</param>
    /// <exception cref="SnapshotFormatException">It is not what it was, or cannot be read.</exception>
    public void Verify(Action<long, ReadOnlySpan<byte>> look)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[Math.Min(ChunkSize, Length)];
        for (long offset = 0; offset < Length; offset += chunk.Length)
        {
            Span<byte> piece = chunk.AsSpan(0, (int)Math.Min(chunk.Length, Length - offset));
            Read(offset, piece);
            look(offset, piece);
            hash.AppendData(piece);
        }

        if (Digest.Of(hash) != _digest) throw _directory.Altered(Name);
    }

    /// <summary>The exception for a part whose content is another.</summary>
    public SnapshotFormatException Altered(long offset, int length) => _directory.Refused(
        SnapshotProblem.Altered, $"{Name} was altered: the {length} bytes at {offset} are not those that were saved");

    public void Dispose()
    {
        _file?.Dispose();
        Memory?.Dispose();
    }
}
