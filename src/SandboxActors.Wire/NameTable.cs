using System.Text;

namespace SandboxActors.Wire;

/// <summary>
/// Names that are known beforehand, such as those of the host functions: a call to one of them is read without a string being made. It never grows,
/// so a guest cannot fill it. Immutable; any number of threads may use one.
/// </summary>
public sealed class NameTable
{
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;

    /// <summary>A table of these names. Longer ones than <see cref="WireLimits.MaximumNameLength"/> are never asked for.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="names"/> is null.</exception>
    public NameTable(IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = new HashSet<string>(names, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The name as a string: the table's own if it has it.</summary>
    /// <param name="utf8">Valid UTF-8, at most <see cref="WireLimits.MaximumNameLength"/> bytes.</param>
    internal string Intern(ReadOnlySpan<byte> utf8)
    {
        Span<char> text = stackalloc char[utf8.Length]; // a byte of UTF-8 is at most one unit of UTF-16
        text = text[..Encoding.UTF8.GetChars(utf8, text)];
        return _names.TryGetValue(text, out string? known) ? known : text.ToString();
    }
}
