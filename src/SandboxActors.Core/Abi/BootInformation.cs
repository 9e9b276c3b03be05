using System.Buffers.Binary;
using SandboxActors.Core.Layout;
using SandboxActors.Wire;

namespace SandboxActors.Core.Abi;

/// <summary>
/// The page that tells a guest where everything is. The guest can read it and not write it; the host writes the whole of it once and a new random
/// seed
/// after every restore. It is no part of a snapshot.
/// </summary>
internal static class BootInformation
{
    public const int Size = 168;
    private const int SeedGenerationOffset = 96;
    private const int SeedOffset = 104;
    private const int SeedSize = 32;
    private const int CallsOffset = SeedOffset + SeedSize;

    public static void Write(Span<byte> page, SandboxLayout layout, GuestLogLevel minimumLogLevel, uint timestampKilohertz)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(page, GuestAbi.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], GuestAbi.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], Size);
        WriteRange(page[16..], layout.Input.Start.Value, layout.Input.Length);
        WriteRange(page[32..], layout.Output.Start.Value, layout.Output.Length);
        WriteRange(page[48..], layout.Heap.Start.Value, layout.Heap.Length);
        WriteRange(page[64..], layout.Stack.Start.Value, layout.Stack.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(page[80..], (uint)minimumLogLevel);
        BinaryPrimitives.WriteUInt32LittleEndian(page[84..], 0);
        BinaryPrimitives.WriteUInt64LittleEndian(page[88..], timestampKilohertz);
        WriteRange(page[CallsOffset..], layout.Calls.Start.Value, layout.Calls.Length);
        WriteRange(page[(CallsOffset + 16)..], layout.Answers.Start.Value, layout.Answers.Length);
        Reseed(page);
    }

    /// <summary>A new seed and another generation number, so that a guest that was put back does not repeat its random numbers.</summary>
    public static void Reseed(Span<byte> page)
    {
        Span<byte> generation = page.Slice(SeedGenerationOffset, sizeof(ulong));
        BinaryPrimitives.WriteUInt64LittleEndian(generation, BinaryPrimitives.ReadUInt64LittleEndian(generation) + 1);
        SeedSource.Fill(page.Slice(SeedOffset, SeedSize));
    }

    /// <summary>
    /// A generation number that has nothing to do with any before: a guest that goes on in another sandbox knows that of the one it was in, and would take
    /// the same number for the same seed.
    /// </summary>
    public static void BeginAnew(Span<byte> page) => SeedSource.Fill(page.Slice(SeedGenerationOffset, sizeof(ulong)));

    private static void WriteRange(Span<byte> target, ulong start, ulong length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, start);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], length);
    }
}
