using CsCheck;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>A page store holds what the pages held, and nothing for pages of zeros.</summary>
public sealed class PageStoreSpec
{
    [Fact]
    public void What_is_stored_is_what_was_there()
    {
        Gen.Select(Gen.Int[0, 599].HashSet[0, 300], Gen.Int[0, 599].HashSet[0, 50], Gen.Int).Sample(
            (pages, hostOwned, seed) =>
            {
                using GuestMemoryBlock block = GuestMemoryArena.Shared.Allocate(600 * 4096);
                var random = new Random(seed);
                var written = new PageBitmap(600);
                foreach (int page in pages)
                {
                    written.Words[page / 64] |= 1UL << (page % 64);
                    if (random.Next(3) > 0) random.NextBytes(block.Slice((ulong)page * 4096, 4096));
                }

                Assert.Equal(pages.Count, written.Count());
                var store = PageStore.Copy(block, written, hostOwned.Contains);
                int[] expected = [.. pages.Except(hostOwned).Order()];
                Assert.Equal(expected, Enumerable.Range(0, store.Count).Select(store.PageAt));
                for (int i = 0; i < store.Count; i++)
                {
                    ReadOnlySpan<byte> was = block.Read((ulong)store.PageAt(i) * 4096, 4096);
                    ReadOnlySpan<byte> content = store.ContentAt(i);
                    Assert.True(content.IsEmpty ? !was.ContainsAnyExcept((byte)0) : content.SequenceEqual(was));
                }
            },
            iter: 200);
    }
}
