namespace SandboxActors.Wire.Codec;

/// <summary>
/// A vector of tables: <see cref="FlatTable"/> has tested that its offsets lie in the message; each table is tested when it is read.
/// </summary>
internal readonly ref struct FlatTableVector(ReadOnlySpan<byte> body, int start, int count)
{
    private readonly ReadOnlySpan<byte> _body = body;

    /// <summary>How many tables.</summary>
    public int Count => count;

    /// <summary>One of them; the index is the reader's own, from 0.</summary>
    public FlatTable this[int index] => FlatTable.At(_body, start + (index * sizeof(uint)));
}
