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

    private static byte[] Change(byte[] content, (int At, byte[] Bytes)[] changes)
    {
        byte[] changed = [.. content];
        foreach ((int at, byte[] bytes) in changes) bytes.AsSpan(0, Math.Min(bytes.Length, changed.Length - at)).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
