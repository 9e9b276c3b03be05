using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>Reads hostile bodies and asserts what must hold of each; counts. Any number of threads.</summary>
internal sealed class HostileReader
{
    private long _accepted;
    private long _rejected;

    public long Accepted => _accepted;

    public long Rejected => _rejected;

    public void Call(byte[] body) => Read(body, static b => CallContent.Of(MessageReader.ReadCall(b)), Encode.Body);

    public void Result(byte[] body) => Read(body, MessageReaderResult, Encode.Body);

    public void Log(byte[] body) => Read(body, static b => MessageReader.ReadLog(b), Encode.Body);

    private static FunctionResult MessageReaderResult(byte[] body) => MessageReader.ReadResult(body);

    /// <summary>
    /// A body is rejected by the one exception for it, or else it is as good as any message: it can be written and comes back equal.
    /// </summary>
    private void Read<T>(byte[] body, Func<byte[], T> read, Func<T, byte[]> write)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        T value;
        try
        {
            value = read(body);
        }
        catch (WireFormatException)
        {
            Interlocked.Increment(ref _rejected);
            Bounded(body, before);
            return;
        }

        Bounded(body, before);
        Interlocked.Increment(ref _accepted);
        Assert.Equal(value, read(write(value)));
    }

    /// <summary>Text doubles on its way from UTF-8 to UTF-16, and a rejection costs an exception; nothing grows with what a body claims.</summary>
    private static void Bounded(byte[] body, long before) =>
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (2L * body.Length) + 32_768);
}
