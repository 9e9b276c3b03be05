using CsCheck;

namespace SandboxActors.Machine.Tests;

public sealed class ExtentAllocatorSpec
{
    private const int Size = 64;

    [Fact]
    public void It_hands_out_the_lowest_place_that_fits_and_never_the_same_twice()
    {
        // Each step either takes as many units, or (negative) gives back one of those that are held.
        Gen.Int[-20, 12].Where(step => step != 0).Array[0, 80].Sample(steps =>
        {
            var allocator = new ExtentAllocator(Size);
            var used = new bool[Size];
            var held = new List<(int Offset, int Length)>();
            foreach (int step in steps)
            {
                if (step > 0)
                {
                    int lowest = Enumerable.Range(0, Size - step + 1).FirstOrDefault(start => used.AsSpan(start, step).IndexOf(true) < 0, -1);
                    Assert.Equal(lowest >= 0, allocator.TryAllocate((ulong)step, out ulong offset));
                    if (lowest < 0) continue;
                    Assert.Equal((ulong)lowest, offset);
                    used.AsSpan(lowest, step).Fill(true);
                    held.Add((lowest, step));
                }
                else if (held.Count > 0)
                {
                    (int offset, int length) = held[-step % held.Count];
                    held.Remove((offset, length));
                    allocator.Free((ulong)offset, (ulong)length);
                    used.AsSpan(offset, length).Clear();
                }

                Assert.Equal(FreeRuns(used).Count(), allocator.FreeExtentCount);
                Assert.Equal((ulong)FreeRuns(used).DefaultIfEmpty().Max(), allocator.LargestFree);
            }
        });
    }

    [Theory]
    [InlineData(0, 4)]
    [InlineData(2, 4)]
    [InlineData(4, 1)]
    [InlineData(7, 2)]
    public void What_is_free_cannot_be_freed(ulong offset, ulong length)
    {
        var allocator = new ExtentAllocator(Size);
        Assert.True(allocator.TryAllocate(4, out _));
        Assert.True(allocator.TryAllocate(4, out _));
        allocator.Free(0, 4);

        if (offset == 4) allocator.Free(4, 4);
        Assert.Throws<InvalidOperationException>(() => allocator.Free(offset, length));
    }

    private static IEnumerable<int> FreeRuns(bool[] used)
    {
        int run = 0;
        foreach (bool isUsed in used.Append(true))
        {
            if (!isUsed) run++;
            else if (run > 0)
            {
                yield return run;
                run = 0;
            }
        }
    }
}
