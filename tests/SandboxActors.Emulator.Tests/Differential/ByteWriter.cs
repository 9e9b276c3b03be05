using Iced.Intel;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Collects what Iced's encoder writes.</summary>
internal sealed class ByteWriter : CodeWriter
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public override void WriteByte(byte value) => _bytes.Add(value);
}
