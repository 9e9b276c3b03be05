namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number Generators", 2014). Not <see cref="Random"/>: the recorded expectations need
/// the same numbers from the same seed on every version of .NET.
/// </summary>
internal sealed class CaseRandom(ulong seed)
{
    private const ulong Increment = 0x9E37_79B9_7F4A_7C15;

    private ulong _state = seed;

    /// <summary>Makes a seed of a text and two numbers.</summary>
    public static ulong Seed(string text, int index, ulong seed)
    {
        var mixer = new CaseRandom(seed ^ ((ulong)index * 0xD1B5_4A32_D192_ED03));
        foreach (char letter in text) mixer._state = mixer.NextUInt64() ^ letter;
        return mixer.NextUInt64();
    }

    public ulong NextUInt64()
    {
        _state += Increment;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A number from 0 up to, and without, a bound.</summary>
    public int Next(int bound) => (int)(NextUInt64() % (ulong)bound);

    /// <summary>A number from one bound up to, and without, another.</summary>
    public int Next(int from, int to) => from + Next(to - from);

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => Next(times) == 0;

    public T Choose<T>(ReadOnlySpan<T> values) => values[Next(values.Length)];

    /// <summary>A number from 0 up to, and without, 1.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    public void NextBytes(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++) bytes[i] = (byte)(NextUInt64() >> 24);
    }
}
