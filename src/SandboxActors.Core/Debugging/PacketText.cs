using System.Buffers.Text;
using System.Text;

namespace SandboxActors.Core.Debugging;

/// <summary>The body of a packet, taken apart from its front. Whatever it holds, nothing here throws.</summary>
internal ref struct PacketText(ReadOnlySpan<byte> body)
{
    /// <summary>What has not been taken yet.</summary>
    public ReadOnlySpan<byte> Rest { get; private set; } = body;

    public readonly bool IsEmpty => Rest.IsEmpty;

    /// <summary>Takes a text, if it stands at the front.</summary>
    public bool TryTake(ReadOnlySpan<byte> text)
    {
        if (!Rest.StartsWith(text)) return false;
        Rest = Rest[text.Length..];
        return true;
    }

    /// <summary>Takes a hexadecimal number, if one of at most 64 bits stands at the front.</summary>
    public bool TryTakeNumber(out ulong number)
    {
        ReadOnlySpan<byte> rest = Rest;
        int digits = 0;
        while (digits < rest.Length && char.IsAsciiHexDigit((char)rest[digits])) digits++;
        number = 0;
        if (digits == 0 || !Utf8Parser.TryParse(rest[..digits], out number, out int consumed, 'x') || consumed != digits) return false;
        Rest = rest[digits..];
        return true;
    }

    /// <summary>Takes two numbers with a comma between.</summary>
    public bool TryTakePair(out ulong first, out ulong second)
    {
        second = 0;
        return TryTakeNumber(out first) && TryTake(","u8) && TryTakeNumber(out second);
    }

    /// <summary>The rest as bytes that are written in hexadecimal; null if it is none.</summary>
    public readonly byte[]? RestAsBytes()
    {
        byte[] bytes = new byte[Rest.Length / 2];
        return Rest.Length % 2 == 0 && Convert.FromHexString(Rest, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }

    /// <inheritdoc />
    public override readonly string ToString() => Encoding.ASCII.GetString(Rest);
}
