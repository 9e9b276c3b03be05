using SandboxActors.Core.Snapshots;

namespace SandboxActors.Core.Tests;

/// <summary>A set of pages that knows between which words its pages lie, against a set that does not.</summary>
public sealed class PageBitmapSpec
{
    private const int Pages = 1000;

    [Fact]
    public void It_is_the_set_that_it_was_made_to_be_whatever_was_done_in_which_order()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var set = new PageBitmap(Pages);
            var expected = new SortedSet<int>();
            for (int step = 0; step < 60; step++)
            {
                Change(set, expected, random);
                AssertSame(expected, set, $"seed {seed}, step {step}");
            }
        }
    }

    private static void Change(PageBitmap set, SortedSet<int> expected, Random random)
    {
        int page = random.Next(Pages);
        switch (random.Next(8))
        {
            case 0:
                set.Clear();
                expected.Clear();
                break;
            case 1:
                set.Overwrite().Clear();
                set.Overwrite()[page / PageBitmap.PagesPerWord] = 1UL << (page % PageBitmap.PagesPerWord);
                expected.Clear();
                expected.Add(page);
                break;
            case 2:
                int first = page / PageBitmap.PagesPerWord * PageBitmap.PagesPerWord;
                set[page / PageBitmap.PagesPerWord] = 0b1001;
                expected.RemoveWhere(other => other >= first && other < first + PageBitmap.PagesPerWord);
                expected.UnionWith([first, first + 3]);
                break;
            case 3 or 4:
                set.Remove(page);
                expected.Remove(page);
                break;
            default:
                set.Add(page);
                expected.Add(page);
                break;
        }
    }

    private static void AssertSame(SortedSet<int> expected, PageBitmap set, string where)
    {
        var found = new List<int>();
        foreach (int page in set) found.Add(page);
        Assert.True(expected.SequenceEqual(found), where);
        Assert.Equal(expected.Count, set.Count());
        int from = found.Count > 0 ? (found[0] / PageBitmap.PagesPerWord) + 1 : 0;
        int next = found.FirstOrDefault(page => page / PageBitmap.PagesPerWord >= from, set.WordCount * PageBitmap.PagesPerWord);
        Assert.Equal(next / PageBitmap.PagesPerWord, set.NextWord(from));
        Assert.All(Enumerable.Range(0, 20), page => Assert.Equal(expected.Contains(page * 47), set.Contains(page * 47)));
    }
}
