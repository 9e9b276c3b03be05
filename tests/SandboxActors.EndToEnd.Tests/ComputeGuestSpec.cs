using System.Security.Cryptography;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What a guest computes is what this process computes by other means, to the last bit, on every backend.</summary>
public sealed class ComputeGuestSpec
{
    private const ulong HeapSize = 16 << 20;
    private static readonly GuestImage Image = GuestImage.FromFile(GuestFiles.Path("compute"));

    [SkippableTheory]
    [OnEachBackend(0)]
    [OnEachBackend(1)]
    [OnEachBackend(300)]
    public void A_digest_is_that_of_the_library(string backend, int blocks)
    {
        using Sandbox sandbox = Build(backend);
        byte[] message = [.. Enumerable.Range(0, blocks * 64).Select(i => (byte)(i % 64 * 7))];
        Assert.Equal(SHA256.HashData(message), sandbox.Call<byte[]>("Sha256", blocks));
    }

    [SkippableTheory]
    [OnEachBackend(10, 4)]
    [OnEachBackend(1_000, 168)]
    [OnEachBackend(1_000_000, 78_498)]
    public void Primes_are_as_many_as_there_are(string backend, int limit, int primes)
    {
        using Sandbox sandbox = Build(backend);
        Assert.Equal(primes, sandbox.Call<int>("Sieve", limit));
    }

    [SkippableTheory]
    [OnEachBackend(0, 1u)]
    [OnEachBackend(1, 2u)]
    [OnEachBackend(50_000, 3u)]
    public void Sorted_numbers_are_in_order(string backend, int count, uint seed)
    {
        int[] values = new int[count];
        uint state = seed;
        for (int i = 0; i < count; i++) values[i] = (int)(state = unchecked((state * 1664525) + 1013904223));
        Array.Sort(values);
        ulong expected = 0;
        for (int i = 0; i < count; i++) expected = unchecked(expected + ((ulong)values[i] * (ulong)(i + 1)));

        using Sandbox sandbox = Build(backend);
        Assert.Equal(expected, sandbox.Call<ulong>("Sort", count, seed));
    }

    [SkippableTheory]
    [OnEachBackend(1, 0)]
    [OnEachBackend(8_192, 30)]
    public void A_copy_is_what_was_copied_last(string backend, int words, int rounds)
    {
        ulong expected = 0;
        if (rounds > 0)
        {
            for (int i = 0; i < words; i++) expected = unchecked(expected + ((ulong)i * 0x9E3779B97F4A7C15));
            expected += (ulong)(rounds * (rounds - 1) / 2);
        }

        using Sandbox sandbox = Build(backend);
        Assert.Equal(expected, sandbox.Call<ulong>("Memcpy", words, rounds));
    }

    [SkippableTheory]
    [OnEachBackend(0)]
    [OnEachBackend(1)]
    [OnEachBackend(5_000)]
    public void Every_rounding_of_doubles_is_the_same(string backend, int steps)
    {
        using Sandbox sandbox = Build(backend);
        Assert.Equal(
            BitConverter.DoubleToUInt64Bits(Planets.Energy(steps)), BitConverter.DoubleToUInt64Bits(sandbox.Call<double>("NBody", steps)));
    }

    private static Sandbox Build(string backend) => new SandboxBuilder(Backends.Open(backend), Image).HeapSize(HeapSize).Build();
}
