using System.Buffers.Binary;
using SandboxActors.Core.Layout;
using SandboxActors.Wire;

namespace SandboxActors.Core.Abi;

/// <summary>
/// The page that tells a guest where everything is. The guest can read it and not write it; the host writes the whole of it when a sandbox gets its
/// micro-VM, and a new random seed after every restore; the words by which calls are handed over change while the guest runs. It is
/// no part of a snapshot.
/// </summary>
internal static class BootInformation
{
    public const int Size = 184;

    /// <summary>Where 64 bits say how long the guest is to look for its next call, in counts of the time stamp counter; zero: not at all.</summary>
    public const int PollCountsOffset = 168;

    /// <summary>Where 32 bits are the number of the latest call.</summary>
    public const int CallNumberOffset = 176;

    /// <summary>Where 32 bits are not zero while somebody listens to spans of the call in hand.</summary>
    public const int TracedOffset = 180;

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
        page[PollCountsOffset..].Clear();
        Reseed(page);
    }

    /// <summary>
    /// A new seed and another generation number, so that a guest that was put back does not repeat its random numbers. The number is random too: a
    /// count would tell guests of each other's restores, and could come again where a guest goes on in another process.
    /// </summary>
    public static void Reseed(Span<byte> page)
    {
        SeedSource.Fill(page.Slice(SeedGenerationOffset, SeedOffset + SeedSize - SeedGenerationOffset));
    }

    private static void WriteRange(Span<byte> target, ulong start, ulong length)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(target, start);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], length);
    }
}
