using System.Buffers.Binary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>A message between a process and its child.</summary>
internal readonly record struct ChildMessage(ChildMessageKind Kind, ReadOnlyMemory<byte> Content)
{
    /// <summary>In bytes.</summary>
    public const int LargestContent = 64 << 10;

    /// <summary>The numbers that the content is.</summary>
    public (int First, int Second) Numbers =>
        (BinaryPrimitives.ReadInt32LittleEndian(Content.Span), BinaryPrimitives.ReadInt32LittleEndian(Content.Span[4..]));
}
