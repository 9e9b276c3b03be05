using System.Text;
using System.Text.Unicode;

namespace SandboxActors.Wire.Codec;

/// <summary>Text between UTF-16 and UTF-8, without ever replacing a character.</summary>
internal static class Utf8Text
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>How many bytes a text has.</summary>
    /// <exception cref="ArgumentException">It has a surrogate without its partner, which UTF-8 cannot carry.</exception>
    public static int Length(string text, string parameterName)
    {
        try
        {
            return Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException(
                $"The text has a surrogate without its partner at index {exception.Index}; UTF-8 cannot carry it.", parameterName, exception);
        }
    }

    /// <summary>The text that is nearest to a text and can be sent: each surrogate without its partner becomes U+FFFD.</summary>
    public static string Repair(string text)
    {
        foreach (char unit in text)
        {
            if (char.IsSurrogate(unit)) return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }

        return text;
    }

    /// <summary>Bytes of the other side as text.</summary>
    /// <param name="bytes">The bytes; copied.</param>
    /// <param name="budget">What the message may still allocate.</param>
    /// <param name="name">The field's name in the schema, for the exception.</param>
    /// <exception cref="WireFormatException">They are not UTF-8, or too many.</exception>
    public static string Read(ReadOnlySpan<byte> bytes, ref PayloadBudget budget, string name)
    {
        budget.Take(bytes.Length);
        RequireValid(bytes, name);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <exception cref="WireFormatException">They are not UTF-8.</exception>
    public static void RequireValid(ReadOnlySpan<byte> bytes, string name)
    {
        if (!Utf8.IsValid(bytes)) throw new WireFormatException($"{name} is not UTF-8.");
    }
}
