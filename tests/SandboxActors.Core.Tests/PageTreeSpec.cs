using CsCheck;
using SandboxActors.Core.Snapshots;

namespace SandboxActors.Core.Tests;

/// <summary>A tree holds what was put into it, shares what is equal, and finds what differs.</summary>
public sealed class PageTreeSpec
{
    private const int Pages = 20_000;

    // Near one another and far apart.
    private static readonly Gen<int> GenPage = Gen.OneOf(Gen.Int[0, 200], Gen.Int[0, Pages - 1]);

    [Fact]
    public void Any_changes_give_what_a_dictionary_gives()
    {
        Gen.Select(GenPage, Gen.Byte[0, 3]).List[0, 40].List[1, 6].Sample(
            changes =>
            {
                var model = new Dictionary<int, byte>();
                PageTree tree = PageTree.Empty;
                foreach (var change in changes)
                {
                    var latest = change.GroupBy(c => c.Item1).ToDictionary(g => g.Key, g => g.Last().Item2);
                    PageTree before = tree;
                    var modelBefore = new Dictionary<int, byte>(model);
                    var asked = new List<int>();
                    tree = tree.With(SetOf(latest.Keys), page =>
                    {
                        asked.Add(page);
                        return PageOf(latest[page]);
                    });
                    foreach ((int page, byte value) in latest) model[page] = value;
                    Assert.Equal(latest.Keys.Order(), asked);

                    var differences = new PageBitmap(Pages);
                    tree.AddDifferences(before, differences);
                    Assert.Equal(Enumerable.Range(0, Pages).Where(p => model.GetValueOrDefault(p) != modelBefore.GetValueOrDefault(p)), Numbers(differences));
                    Assert.Equal(Numbers(differences).Count == 0, tree.Holds(before));
                }

                Assert.Equal(model.Where(m => m.Value != 0).OrderBy(m => m.Key).Select(m => (m.Key, m.Value)), tree.All().Select(a => (a.Number, a.Page.ToArray()[17])));
                foreach ((int page, byte value) in model) Assert.Same(PageOf(value), tree[page]);
            },
            iter: 100);
    }

    [Fact]
    public void Trees_of_equal_content_are_equal_whatever_way_they_were_made()
    {
        Gen.Int[0, Pages - 1].HashSet[1, 50].Sample(
            pages =>
            {
                PageTree atOnce = PageTree.Empty.With(SetOf(pages), p => PageOf((byte)(1 + (p % 3))));
                PageTree oneByOne = pages.Aggregate(PageTree.Empty, (tree, page) => tree.With(SetOf([page]), p => PageOf((byte)(1 + (p % 3)))));
                Assert.True(atOnce.Holds(oneByOne));
                PageTree emptied = atOnce.With(SetOf(pages), _ => Page.Zero);
                Assert.True(emptied.Holds(PageTree.Empty));
            },
            iter: 50);
    }

    [Fact]
    public void Pages_of_equal_content_are_one_object_and_those_of_zeros_are_the_page_of_zeros()
    {
        var content = new byte[4096];
        Assert.Same(Page.Zero, Page.Of(content));
        content[4095] = 1;
        Page first = Page.Of(content);
        Assert.Same(first, Page.Of([.. content]));
        content[0] = 1;
        Assert.NotSame(first, Page.Of(content));
        Assert.Equal(0, first.ToArray()[0]);
    }

    [Fact]
    public void Contents_of_one_hash_are_told_apart()
    {
        var set = new WeakSet<string>();
        string one = set.GetOrAdd(new SameHash("one"));
        string other = set.GetOrAdd(new SameHash("other"));
        Assert.Equal("one", one);
        Assert.Equal("other", other);
        Assert.Same(one, set.GetOrAdd(new SameHash("one")));
        GC.KeepAlive(one);
    }

    [Fact]
    public void What_nobody_holds_any_more_is_let_go()
    {
        var set = new WeakSet<string>();
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 20_000; i++) set.GetOrAdd(new OwnHash((round * 20_000) + i));
            GC.Collect();
        }

        Assert.InRange(set.Count, 1, 200_000);
    }

    [Fact]
    public void Many_threads_are_given_the_same_object()
    {
        var random = new Random(11);
        for (int round = 0; round < 200; round++)
        {
            var content = new byte[4096];
            random.NextBytes(content);
            var pages = new Page[4];
            Parallel.For(0, pages.Length, i => pages[i] = Page.Of(content));
            Assert.All(pages, page => Assert.Same(pages[0], page));
        }
    }

    private static Page PageOf(byte value)
    {
        var content = new byte[4096];
        content.AsSpan().Fill(value);
        return Page.Of(content);
    }

    private static PageBitmap SetOf(IEnumerable<int> pages)
    {
        var set = new PageBitmap(Pages);
        foreach (int page in pages) set.Add(page);
        return set;
    }

    private static List<int> Numbers(PageBitmap set)
    {
        var numbers = new List<int>();
        foreach (int page in set) numbers.Add(page);
        return numbers;
    }

    private readonly struct SameHash(string content) : ICandidate<string>
    {
        public ulong Hash => 42;

        public bool Matches(string existing) => existing == content;

        public string Create() => new(content);
    }

    private readonly struct OwnHash(int content) : ICandidate<string>
    {
        public ulong Hash => (ulong)content;

        public bool Matches(string existing) => existing == content.ToString(System.Globalization.CultureInfo.InvariantCulture);

        public string Create() => content.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
