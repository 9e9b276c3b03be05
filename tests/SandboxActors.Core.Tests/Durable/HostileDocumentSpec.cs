using CsCheck;
using SandboxActors.Core.Layout;
using SandboxActors.Core.Snapshots;
using SandboxActors.Core.Snapshots.Durable;
using SandboxActors.Core.Snapshots.Durable.Documents;

namespace SandboxActors.Core.Tests.Durable;

/// <summary>Bytes that are no document, and documents and indexes that no snapshot has, whose digests are right: they are refused in one way.</summary>
public sealed class HostileDocumentSpec : IDisposable
{
    private readonly SavedSnapshot _saved = SavedSnapshot.WithNoise(withRegion: true);

    public void Dispose() => _saved.Dispose();

    [Fact]
    public void A_configuration_of_any_bytes_is_refused_or_a_guest_that_can_be()
    {
        byte[] good = File.ReadAllBytes(new OciDirectory(_saved.Location).BlobOf("config"));
        int usable = 0;
        Gen.Select(Gen.Int[0, good.Length - 1], Gen.Byte, Gen.Int[0, 3], Gen.Int[0, good.Length - 1]).Sample(
            (place, value, how, other) =>
            {
                byte[] bytes = how switch
                {
                    0 => good[..place],
                    1 => [.. good[..place], .. good[other..]],
                    _ => [.. good[..place], how == 2 ? value : good[other], .. good[(place + 1)..]],
                };
                if (TryRead(bytes)) Interlocked.Increment(ref usable);
            },
            iter: 100_000);
        Assert.True(usable > 0, "No change at all leaves a guest that can be: this tests nothing but the first lines of the parser.");
    }

    [Fact]
    public void An_index_of_any_bytes_is_refused_or_one_of_pages_that_there_are()
    {
        var allowed = new PageBitmap(200);
        for (int page = 20; page < 200; page++) allowed.Add(page);
        int usable = 0;
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 79], Gen.UInt[0, 210], Gen.Int[-1, 9]).Sample(
            (pages, contents, changed, value, longer) =>
            {
                contents = Math.Min(contents, pages);
                byte[] good = PageIndex.Encode([.. Enumerable.Range(0, pages).Select(i => (20 + (4 * i), i % contents))], new Digest[contents]);
                byte[] bytes = [.. good[..^(longer < 0 ? 1 : 0)], .. new byte[longer == 1 ? 1 : 0]];
                BitConverter.TryWriteBytes(bytes.AsSpan(changed % (2 * pages) * sizeof(uint)), value);
                if (PageIndex.Decode(bytes, pages, contents, allowed, out string problem) is not { } index)
                {
                    Assert.NotEmpty(problem);
                    return;
                }

                Interlocked.Increment(ref usable);
                Assert.Equal(good.Length, bytes.Length);
                Assert.Equal(pages, Enumerable.Range(0, pages).Select(index.NumberAt).Distinct().Count(number => allowed.Contains((int)number)));
                Assert.Equal(contents, Enumerable.Range(0, pages).Select(index.PlaceAt).Distinct().Count());
                for (int place = 0; place < contents; place++) Assert.Equal(Digest.Size, index.DigestAt(place).Length);
            },
            iter: 300_000);
        Assert.InRange(usable, 1_000, 299_000);
    }

    [Fact]
    public void An_index_of_any_pages_is_read_as_it_was_written() => Gen.Select(Gen.Int[0, 9_999].HashSet[0, 300], Gen.Int[1, 50]).Sample((numbers, contents) =>
    {
        var allowed = new PageBitmap(10_000);
        var places = new Dictionary<int, int>();
        var pages = new List<(int Number, int Place)>();
        foreach (int number in numbers.Order())
        {
            allowed.Add(number);
            int content = number % contents;
            places.TryAdd(content, places.Count);
            pages.Add((number, places[content]));
        }

        Digest[] digests = [.. Enumerable.Range(0, places.Count).Select(place => Digest.Of([(byte)place]))];
        PageIndex index = PageIndex.Decode(PageIndex.Encode(pages, digests), pages.Count, digests.Length, allowed, out _)!;
        Assert.Equal(pages, Enumerable.Range(0, index.Pages).Select(entry => ((int)index.NumberAt(entry), (int)index.PlaceAt(entry))));
        Assert.Equal(digests, Enumerable.Range(0, index.Contents).Select(place => Digest.From(index.DigestAt(place))));
    });

    [Fact]
    public void A_digest_is_read_in_the_one_way_that_it_is_written() => Gen.Byte.Array[32].Sample(bytes =>
    {
        var digest = Digest.From(bytes);
        Assert.True(Digest.TryParse(digest.ToString(), out Digest read));
        Assert.Equal(digest, read);
        string upper = $"sha256:{Convert.ToHexString(bytes)}";
        Assert.Equal(upper == digest.ToString(), Digest.TryParse(upper, out _));
        Assert.False(Digest.TryParse(digest.ToString() + "0", out _));
        Assert.False(Digest.TryParse(digest.Hexadecimal, out _));
    });

    private static bool TryRead(byte[] bytes)
    {
        var directory = new BlobDirectory("nowhere");
        try
        {
            SnapshotDocument document = directory.Parse(bytes, "it", SnapshotJson.Default.SnapshotDocument);
            var reader = new DocumentReader(document, directory);
            GuestImage guest = reader.ReadGuest(ReadOnlyMemory<byte>.Empty);
            SandboxLayout layout = reader.ReadLayout(guest);
            reader.ReadHostFunctions();
            reader.ReadRegisters();
            reader.ReadRegions(layout);
            return true;
        }
        catch (SnapshotFormatException refused)
        {
            Assert.InRange(refused.Message.Length, 1, 1_000);
            return false;
        }
    }
}
