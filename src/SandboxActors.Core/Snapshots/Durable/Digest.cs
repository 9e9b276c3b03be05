using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace SandboxActors.Core.Snapshots.Durable;

/// <summary>A SHA-256 digest; written as OCI writes it: <c>sha256:</c> and 64 lower-case hexadecimal digits.</summary>
internal readonly record struct Digest
{
    public const int Size = SHA256.HashSizeInBytes;

    private const string Prefix = "sha256:";

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly Vector256<byte> _bytes;

    private Digest(ReadOnlySpan<byte> bytes) => _bytes = Vector256.Create(bytes);

    /// <summary>The digits alone: the name of a blob's file.</summary>
    public string Hexadecimal
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            CopyTo(bytes);
            return Convert.ToHexStringLower(bytes);
        }
    }

    /// <summary>The digest of some bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[Size];
        SHA256.HashData(content, bytes);
        return new Digest(bytes);
    }

    /// <summary>The digest that a hash has come to, which begins anew.</summary>
    public static Digest Of(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        hash.GetHashAndReset(bytes);
        return new Digest(bytes);
    }

    /// <summary>The digest with these bytes.</summary>
    /// <param name="bytes">Of them the first <see cref="Size"/>.</param>
    public static Digest From(ReadOnlySpan<byte> bytes) => new(bytes);

    /// <summary>Reads a digest. One way of writing it alone is taken, and nothing that could be a path.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + (2 * Size) || !text.StartsWith(Prefix, StringComparison.Ordinal)) return false;
        ReadOnlySpan<char> digits = text.AsSpan(Prefix.Length);
        if (digits.ContainsAnyExcept(Digits)) return false;
        digest = new Digest(Convert.FromHexString(digits));
        return true;
    }

    /// <summary>Copies the bytes.</summary>
    public void CopyTo(Span<byte> target) => _bytes.CopyTo(target);

    public override string ToString() => Prefix + Hexadecimal;
}
