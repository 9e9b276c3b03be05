using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using SandboxActors.Kvm.Native;

namespace SandboxActors.Kvm.Tests;

public sealed class KvmStatisticsSpec
{
    private const int NameSize = 48;
    private const int DescriptorLength = 16 + NameSize;
    private const int HeaderLength = 24;

    [Fact]
    public void A_number_is_found_by_its_name()
    {
        byte[] statistics = Statistics(("exits", 5), ("mmu_shadow_zapped", 26), ("mmu_shadow_zapped_too", 7));

        Assert.Equal(26UL, KvmStatistics.Find(statistics, "mmu_shadow_zapped"));
        Assert.Equal(5UL, KvmStatistics.Find(statistics, "exits"));
        Assert.Null(KvmStatistics.Find(statistics, "mmu_shadow"));
        Assert.Null(KvmStatistics.Find(statistics, string.Empty));
    }

    [Fact]
    public void Statistics_that_are_cut_off_anywhere_are_refused()
    {
        byte[] statistics = Statistics(("exits", 5), ("mmu_shadow_zapped", 26));
        for (int length = 0; length < statistics.Length; length++)
            Assert.ThrowsAny<ArgumentException>(() => KvmStatistics.Find(statistics.AsSpan(0, length), "mmu_shadow_zapped"));
        Assert.Equal(26UL, KvmStatistics.Find(statistics, "mmu_shadow_zapped"));
    }

    [Fact]
    public void Statistics_that_lie_about_their_layout_are_refused_or_found_wanting()
    {
        var random = new Random(8);
        for (int round = 0; round < 3000; round++)
        {
            byte[] statistics = Statistics(("exits", 5), ("mmu_shadow_zapped", 26));
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                // A word of the header, or of a description.
                int word = random.Next((HeaderLength + (2 * DescriptorLength)) / 4);
                uint value = random.Next(3) switch { 0 => (uint)random.Next(256), 1 => uint.MaxValue - (uint)random.Next(256), _ => (uint)random.NextInt64() };
                BinaryPrimitives.WriteUInt32LittleEndian(statistics.AsSpan(word * 4), value);
            }

            if (Record.Exception(() => KvmStatistics.Find(statistics, "mmu_shadow_zapped")) is { } exception) Assert.IsAssignableFrom<ArgumentException>(exception);
        }
    }

    private static byte[] Statistics(params (string Name, ulong Value)[] numbers)
    {
        int data = HeaderLength + (numbers.Length * DescriptorLength);
        var statistics = new byte[data + (numbers.Length * sizeof(ulong))];
        Span<uint> header = [0, NameSize, (uint)numbers.Length, HeaderLength, HeaderLength, (uint)data];
        MemoryMarshal.AsBytes(header).CopyTo(statistics);
        for (int i = 0; i < numbers.Length; i++)
        {
            Span<byte> descriptor = statistics.AsSpan(HeaderLength + (i * DescriptorLength), DescriptorLength);
            MemoryMarshal.Write(descriptor, new kvm_stats_desc { size = 1, offset = (uint)(i * sizeof(ulong)) });
            Encoding.ASCII.GetBytes(numbers[i].Name, descriptor[16..]);
            BinaryPrimitives.WriteUInt64LittleEndian(statistics.AsSpan(data + (i * sizeof(ulong))), numbers[i].Value);
        }

        return statistics;
    }
}
