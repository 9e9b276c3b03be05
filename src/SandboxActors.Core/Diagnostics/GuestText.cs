using System.Buffers;
using System.Globalization;
using System.Text;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// Makes text that a guest wrote fit to be shown on one line of a terminal or a log: what would move the cursor, break the line, change the direction
/// of reading or not be seen is written as an escape, and a backslash doubled, so that nothing can pass for an escape that is none.
/// </summary>
internal static class GuestText
{
    /// <summary>The most characters of a text that are shown.</summary>
    public const int Longest = 4096;

    private static readonly SearchValues<char> Plain = SearchValues.Create(
        " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>The text on one line, cut if it is longer than <see cref="Longest"/>.</summary>
    public static string Escape(string text)
    {
        if (text.Length <= Longest && !text.AsSpan().ContainsAnyExcept(Plain)) return text;
        var shown = new StringBuilder(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (shown.Length >= Longest) return shown.Append("...").ToString();
            if (rune.Value == '\\') shown.Append(@"\\");
            else if (IsVisible(rune)) shown.Append(rune.ToString());
            else shown.Append(CultureInfo.InvariantCulture, $@"\u{{{rune.Value:x}}}");
        }

        return shown.ToString();
    }

    /// <summary>The text on one line, with no more characters than a place has for it.</summary>
    public static string Escape(string text, int longest)
    {
        string shown = Escape(text);
        if (shown.Length <= longest) return shown;
        return shown[..(char.IsHighSurrogate(shown[longest - 1]) ? longest - 1 : longest)]; // no half of a character
    }

    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
