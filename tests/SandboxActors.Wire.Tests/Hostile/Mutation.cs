using System.Buffers.Binary;
using CsCheck;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>One change to a body, as an attacker or a defect makes them. It fits any body: positions are taken modulo its length.</summary>
internal sealed record Mutation(MutationKind Kind, uint Position, uint Value)
{
    /// <summary>Numbers at which arithmetic goes wrong, and small ones, which are offsets, sizes, counts and tags.</summary>
    private static readonly Gen<uint> Interesting = Gen.Frequency(
        (2, Gen.OneOf<uint>(
            0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFC, 0xFFFF_FFFF)),
        (2, Gen.UInt[0, 64]),
        (1, Gen.UInt[0, 64].Select(value => unchecked(0u - value))),
        (1, Gen.UInt));

    private static readonly Gen<MutationKind> Kinds = Gen.Frequency(
        (1, Gen.Const(MutationKind.Truncate)),
        (20, Gen.Int[0, (int)MutationKind.Truncate - 1].Select(kind => (MutationKind)kind)));

    public static readonly Gen<Mutation> Any = Gen.Select(
        Kinds, Gen.UInt, Interesting, (kind, position, value) => new Mutation(kind, position, value));

    /// <summary>Changes the body in place, or returns a shorter one.</summary>
    public byte[] Apply(byte[] body)
    {
        if (body.Length < sizeof(uint)) return body;
        int position = (int)(Position % (uint)body.Length);
        int word = Math.Min(position & ~3, body.Length - sizeof(uint));
        switch (Kind)
        {
            case MutationKind.Byte:
                body[position] = (byte)Value;
                return body;
            case MutationKind.Bit:
                body[position] ^= (byte)(1 << (int)(Value & 7));
                return body;
            case MutationKind.Word16:
                BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(Math.Min(position & ~1, body.Length - sizeof(ushort))), (ushort)Value);
                return body;
            case MutationKind.Word32:
                BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(word), Value);
                return body;
            case MutationKind.Word32Moved:
                uint moved = BinaryPrimitives.ReadUInt32LittleEndian(body.AsSpan(word)) + (uint)(sbyte)Value;
                BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(word), moved);
                return body;
            case MutationKind.Copy:
                int from = (int)(Value % (uint)(body.Length - sizeof(uint) + 1));
                body.AsSpan(from, sizeof(uint)).CopyTo(body.AsSpan(word));
                return body;
            case MutationKind.Truncate:
                return body[..position];
            default:
                throw new InvalidOperationException($"There is no mutation {Kind}.");
        }
    }
}
