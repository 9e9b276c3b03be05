using System.Globalization;
using System.Numerics;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>
/// Reads the arguments of a guest function from the command line. Where the function says what it takes, an argument is read as that; else as what it looks
/// like.
/// </summary>
internal static class ArgumentReader
{
    private const string Hexadecimal = "hex:";
    private const long LongestFile = 64L << 20;

    /// <summary>Reads an argument whose type is known: <c>5</c>, <c>-1.5</c>, <c>true</c>, text as it is, <c>hex:00ff</c> or <c>@file</c> for bytes.</summary>
    /// <param name="text">The argument; the type's own name and a colon may stand in front.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="UsageException">It is no such value.</exception>
    public static GuestValue Read(string text, GuestValueType type)
    {
        string prefix = GuestTypes.NameOf(type) + ":";
        string value = text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
        return type switch
        {
            GuestValueType.Int32 => Number<int>(value, NumberStyles.AllowLeadingSign, type),
            GuestValueType.UInt32 => Number<uint>(value, NumberStyles.None, type),
            GuestValueType.Int64 => Number<long>(value, NumberStyles.AllowLeadingSign, type),
            GuestValueType.UInt64 => Number<ulong>(value, NumberStyles.None, type),
            GuestValueType.Single => Number<float>(value, NumberStyles.Float, type),
            GuestValueType.Double => Number<double>(value, NumberStyles.Float, type),
            GuestValueType.Boolean => bool.TryParse(value, out bool truth) ? truth : throw Wrong(value, type, "write true or false"),
            GuestValueType.String => value,
            GuestValueType.Bytes => Bytes(value),
            _ => throw new UsageException($"'{text}': void is the type of a result alone."),
        };
    }

    /// <summary>
    /// Reads an argument whose type nobody says: <c>i32:5</c> is what it says; else <c>true</c> and <c>false</c>, whole numbers (i32, or i64 if too large),
    /// other numbers (f64), <c>hex:00ff</c> and <c>@file</c> (bytes); and all the rest is text, without the double quotes around it if it has them.
    /// </summary>
    /// <exception cref="UsageException">It names a type, and is no value of that.</exception>
    public static GuestValue Infer(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && GuestTypes.Find(text[..colon]) is { } named and not GuestValueType.Void) return Read(text, named);
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"') return text[1..^1];
        if (text.StartsWith(Hexadecimal, StringComparison.Ordinal) || text.StartsWith('@')) return Bytes(text);
        if (text is "true" or "false") return text == "true";
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int small)) return small;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long large)) return large;
        bool looksLikeNumber = text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '.');
        return looksLikeNumber && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : text;
    }

    private static GuestValue Number<T>(string text, NumberStyles style, GuestValueType type)
        where T : INumber<T> =>
        T.TryParse(text, style, CultureInfo.InvariantCulture, out T? number)
            ? number switch
            {
                int value => GuestValue.From(value),
                uint value => GuestValue.From(value),
                long value => GuestValue.From(value),
                ulong value => GuestValue.From(value),
                float value => GuestValue.From(value),
                double value => GuestValue.From(value),
                _ => throw new NotSupportedException(typeof(T).Name),
            }
            : throw Wrong(text, type, "write a number in its range");

    private static GuestValue Bytes(string text)
    {
        if (text.StartsWith('@')) return ReadFile(text[1..]);
        if (!text.StartsWith(Hexadecimal, StringComparison.Ordinal)) throw Wrong(text, GuestValueType.Bytes, "write hex:00ff, or @FILE");
        try
        {
            return Convert.FromHexString(text.AsSpan(Hexadecimal.Length));
        }
        catch (FormatException)
        {
            throw Wrong(text, GuestValueType.Bytes, "behind hex: stand pairs of hexadecimal digits");
        }
    }

    private static byte[] ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > LongestFile) throw new UsageException($"'{path}' has {file.Length} bytes, and no guest takes more than {LongestFile}.");
            byte[] content = new byte[file.Length];
            file.ReadExactly(content);
            return content;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"'{path}' cannot be read: {unreadable.Message}");
        }
    }

    private static UsageException Wrong(string text, GuestValueType type, string instead) => new($"'{text}' is no {GuestTypes.NameOf(type)}: {instead}.");
}
