using System.Buffers;

namespace SandboxActors.Core.Layout;

/// <summary>
/// The body of a message, copied out of guest memory: what anybody may look at, since nobody can change it any more. Short ones are in memory that is
/// used again for the next one, others in memory of the pool, which has it back when this is disposed.
/// </summary>
internal readonly ref struct OutputMessage
{
    /// <summary>The most bytes of a short one.</summary>
    public const int Short = 256;

    private readonly byte[]? _rented;

    private OutputMessage(ReadOnlySpan<byte> body, byte[]? rented)
    {
        Body = body;
        _rented = rented;
    }

    /// <summary>The message without its size prefix.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Copies one.</summary>
    /// <param name="source">Where the guest has written it.</param>
    /// <param name="shortMessage">Memory for one that is short.</param>
    public static OutputMessage Copy(ReadOnlySpan<byte> source, byte[] shortMessage)
    {
        byte[]? rented = source.Length > shortMessage.Length ? ArrayPool<byte>.Shared.Rent(source.Length) : null;
        Span<byte> copy = (rented ?? shortMessage).AsSpan(0, source.Length);
        source.CopyTo(copy);
        return new OutputMessage(copy, rented);
    }

    public void Dispose()
    {
        if (_rented is not null) ArrayPool<byte>.Shared.Return(_rented);
    }
}
