using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>What was recorded of the cases of one form, or of sequences.</summary>
/// <param name="Name">The form.</param>
/// <param name="InputDigest">Of everything that the cases were made of: other cases cannot be compared with these expectations.</param>
/// <param name="Digests">For each case the first bytes of its outcome's digest.</param>
/// <param name="Images">Of the first cases all of the outcome, as what is different from the input.</param>
internal sealed record ExpectationGroup(string Name, byte[] InputDigest, byte[] Digests, IReadOnlyList<byte[]> Images)
{
    /// <summary>Bytes of a digest of the input.</summary>
    public const int InputDigestLength = 8;

    /// <summary>Bytes of a digest of an outcome: enough, since what is wrong is wrong for more than one case.</summary>
    public const int DigestLength = 2;

    public int Count => Digests.Length / DigestLength;

    /// <summary>Notes what cases came to.</summary>
    public static ExpectationGroup Record(string name, IReadOnlyList<(TestCase Made, Outcome Outcome)> results, int images) => new(
        name,
        DigestOfInput(results.Select(result => result.Made)),
        [.. results.SelectMany(result => result.Outcome.Digest(result.Made, DigestLength))],
        [.. results.Take(images).Select(result => Difference(result.Made, result.Outcome.Image(result.Made)))]);

    /// <summary>A digest of everything that goes into cases.</summary>
    public static byte[] DigestOfInput(IEnumerable<TestCase> cases)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (TestCase made in cases)
        {
            hash.AppendData(made.Code);
            hash.AppendData(MemoryMarshal.AsBytes<ulong>(made.Registers));
            hash.AppendData(made.Vectors);
            hash.AppendData(made.Memory);
            hash.AppendData(MemoryMarshal.AsBytes<ulong>([made.Flags, made.Mxcsr, made.Block, made.UndefinedFlags, made.UndefinedFlagsOfFault]));
        }

        return hash.GetHashAndReset()[..InputDigestLength];
    }

    /// <summary>Whether a case came to what was recorded.</summary>
    public bool IsExpected(int index, TestCase made, Outcome outcome) =>
        Digests.AsSpan(index * DigestLength, DigestLength).SequenceEqual(outcome.Digest(made, DigestLength));

    /// <summary>All of what was recorded for a case, if it was.</summary>
    public Outcome? Expected(int index, TestCase made) => index < Images.Count ? Outcome.FromImage(Difference(made, Images[index])) : null;

    private static byte[] Difference(TestCase made, byte[] image)
    {
        byte[] input = Outcome.OfInput(made).Image(made);
        return [.. image.Zip(input, static (left, right) => (byte)(left ^ right))];
    }
}
