using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Primitives;

namespace ControlRoom;

/// <summary>The secret without which nothing can be changed.</summary>
internal sealed class AccessToken(string token)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _digest = Digest(token);

    /// <summary>256 random bits, in characters that a URL may have.</summary>
    public static string MakeRandom() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether an Authorization header bears the token. How long it takes tells nothing about the token.</summary>
    public bool IsBorneBy(StringValues authorization) =>
        authorization is [{ } header]
        && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(header[Scheme.Length..]), _digest);

    // Digests are equally long whatever was sent, and so can be compared in fixed time.
    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
