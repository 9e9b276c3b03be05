using System.Buffers.Binary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>Messages between a process and its child, one at a time: length of what follows in four bytes, kind in one, content.</summary>
internal sealed class ChildChannel(Stream input, Stream output) : IDisposable
{
    private const int HeaderSize = 5;

    private readonly byte[] _outgoing = new byte[HeaderSize + ChildMessage.LargestContent];
    private readonly byte[] _incoming = new byte[HeaderSize + ChildMessage.LargestContent];

    public void Send(ChildMessageKind kind, ReadOnlySpan<byte> content)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_outgoing, 1 + content.Length);
        _outgoing[HeaderSize - 1] = (byte)kind;
        content.CopyTo(_outgoing.AsSpan(HeaderSize));
        output.Write(_outgoing, 0, HeaderSize + content.Length);
        output.Flush();
    }

    public void Send(ChildMessageKind kind, int first, int second = 0)
    {
        Span<byte> numbers = stackalloc byte[2 * sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(numbers, first);
        BinaryPrimitives.WriteInt32LittleEndian(numbers[sizeof(int)..], second);
        Send(kind, numbers);
    }

    /// <summary>The next message; its content is good until the one after it. Null if the other side is gone.</summary>
    /// <exception cref="InvalidDataException">The message is larger than any may be, or has no kind, or there is one more behind it.</exception>
    public ChildMessage? Receive()
    {
        int read = input.ReadAtLeast(_incoming, HeaderSize, throwOnEndOfStream: false);
        if (read < HeaderSize) return null;
        int length = BinaryPrimitives.ReadInt32LittleEndian(_incoming);
        if (length is < 1 or > 1 + ChildMessage.LargestContent) throw new InvalidDataException($"A message of {length} bytes.");
        int missing = HeaderSize - 1 + length - read;
        if (missing < 0) throw new InvalidDataException("A message that was not asked for.");
        input.ReadExactly(_incoming, read, missing);
        return new ChildMessage((ChildMessageKind)_incoming[HeaderSize - 1], _incoming.AsMemory(HeaderSize, length - 1));
    }

    public void Dispose()
    {
        input.Dispose();
        output.Dispose();
    }
}
