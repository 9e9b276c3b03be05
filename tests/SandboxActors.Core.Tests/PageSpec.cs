using System.Runtime.InteropServices;
using CsCheck;
using SandboxActors.Core.Snapshots;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Pages, those that are kept as what differs from another among them.</summary>
public sealed class PageSpec
{
    private static readonly Gen<byte[]> Contents = Gen.Select(
        Gen.Byte.Array[GuestAddress.PageSize],
        Gen.Bool,
        (bytes, isSparse) => isSparse ? [.. bytes.Select((value, index) => index % 97 == 0 ? value : (byte)0)] : bytes);

    // Some runs of another page's bytes, of any length at any place.
    private static readonly Gen<(int At, byte[] Bytes)[]> Changes = Gen.Select(Gen.Int[0, GuestAddress.PageSize - 1], Gen.Byte.Array[0, 300]).Array[0, 12];

    [Fact]
    public void A_page_like_another_holds_what_it_was_made_of_and_nothing_else() =>
        Gen.Select(Contents, Changes, Gen.Int[0, GuestAddress.PageSize - 1]).Sample((content, changes, place) =>
        {
            Page like = Page.Of(content);
            byte[] changed = Change(content, changes);
            Page page = Page.Of(changed, like);

            Assert.Equal(changed, page.ToArray());
            Assert.True(page.Holds(changed));
            Assert.Same(page, Page.Of(changed));
            Assert.InRange(page.StoredBytes, 0, GuestAddress.PageSize);
            changed[place] ^= 1;
            Assert.False(page.Holds(changed));
            GC.KeepAlive(like);
        });

    [Fact]
    public void Any_page_is_copied_over_any_other_bit_by_bit() =>
        Gen.Select(Contents, Changes, Changes).Sample((content, changes, otherChanges) =>
        {
            Page whole = Page.Of(content);
            Page[] pages = [Page.Zero, whole, Page.Of(Change(content, changes), whole), Page.Of(Change(content, otherChanges), whole)];
            foreach (Page held in pages)
            {
                foreach (Page page in pages)
                {
                    byte[] target = held.ToArray();
                    page.CopyOver(target, held);
                    Assert.Equal(page.ToArray(), target);
                }
            }
        });

    [Fact]
    public void A_page_like_one_that_is_itself_kept_as_what_differs_differs_from_the_whole_one()
    {
        byte[] content = new byte[GuestAddress.PageSize];
        Random.Shared.NextBytes(content);
        Page page = Page.Of(content);
        for (int generation = 0; generation < 100; generation++)
        {
            content[generation * 8] ^= 1;
            page = Page.Of(content, page);
            Assert.Equal(content, page.ToArray());
        }

        // A hundred words of eight bytes with their places; each alone is one word behind the page before.
        Assert.InRange(page.StoredBytes, 8, PageDelta.MaximumLength);
    }

    [Fact]
    public void A_word_that_differs_costs_a_word_and_a_page_that_differs_everywhere_a_page()
    {
        byte[] content = new byte[GuestAddress.PageSize];
        Random.Shared.NextBytes(content);
        Page whole = Page.Of(content);
        Assert.Equal(GuestAddress.PageSize, whole.StoredBytes);

        content[GuestAddress.PageSize - 1] ^= 1;
        Assert.Equal(12, Page.Of(content, whole, whole).StoredBytes);

        for (int word = 0; word < GuestAddress.PageSize; word += 16) content[word] ^= 1;
        Assert.Equal(GuestAddress.PageSize, Page.Of(content, whole, whole).StoredBytes);
    }

    [Fact]
    public void Pages_that_are_gathered_move_once_and_hold_what_they_held()
    {
        (WholePage[] pages, byte[][] contents) = Whole(100);
        byte[][] before = [.. pages.Select(ArrayOf)];
        WholePage.Gather(pages.Where(static (_, index) => index % 3 == 0));
        byte[][] between = [.. pages.Select(ArrayOf)];
        WholePage.Gather(pages);

        for (int i = 0; i < pages.Length; i++)
        {
            Assert.Equal(i % 3 == 0, before[i] != between[i]);
            Assert.Equal(i % 3 != 0, between[i] != ArrayOf(pages[i]));
            Assert.Equal(GuestAddress.PageSize, ArrayOf(pages[i]).Length);
            Assert.Equal(contents[i], pages[i].ToArray());
            Assert.Same(pages[i], Page.Of(contents[i]));
        }
    }

    [Fact]
    public async Task Pages_are_read_while_two_gather_them()
    {
        for (int run = 0; run < 300; run++)
        {
            (WholePage[] pages, byte[][] contents) = Whole(24);
            using var start = new Barrier(3);
            Task reading = Task.Run(() => ReadUntilGathered(pages, contents, start));
            Task gathering = Task.Run(() => GatherAll(pages, start));
            Task other = Task.Run(() => GatherAll([.. pages.Where(static (_, index) => index % 3 != 1)], start));
            await Task.WhenAll(reading, gathering, other).WaitAsync(TimeSpan.FromMinutes(1));
            for (int page = 0; page < pages.Length; page++) Assert.Equal(contents[page], pages[page].ToArray());
        }

        static void GatherAll(WholePage[] pages, Barrier start)
        {
            start.SignalAndWait();
            WholePage.Gather(pages);
        }

        // Each until it is seen to have moved: so one is being read whenever the next one moves.
        static void ReadUntilGathered(WholePage[] pages, byte[][] contents, Barrier start)
        {
            byte[][] before = [.. pages.Select(ArrayOf)];
            start.SignalAndWait();
            for (int page = 0; page < pages.Length; page++)
                do Assert.True(pages[page].Content.Span.SequenceEqual(contents[page]), $"page {page}");
                while (ArrayOf(pages[page]) == before[page]);
        }
    }

    private static (WholePage[] Pages, byte[][] Contents) Whole(int count)
    {
        byte[][] contents = [.. Enumerable.Range(0, count).Select(static _ => new byte[GuestAddress.PageSize])];
        foreach (byte[] content in contents) Random.Shared.NextBytes(content);
        return ([.. contents.Select(static content => Assert.IsType<WholePage>(Page.Of(content)))], contents);
    }

    private static byte[] ArrayOf(WholePage page)
    {
        Assert.True(MemoryMarshal.TryGetArray(page.Content, out ArraySegment<byte> part));
        return part.Array!;
    }

    private static byte[] Change(byte[] content, (int At, byte[] Bytes)[] changes)
    {
        byte[] changed = [.. content];
        foreach ((int at, byte[] bytes) in changes) bytes.AsSpan(0, Math.Min(bytes.Length, changed.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
