using System.Globalization;

namespace SandboxActors.Cli;

/// <summary>Sizes and times as people write them.</summary>
internal static class Quantities
{
    private static readonly (string Unit, ulong Bytes)[] Sizes = [("KiB", 1UL << 10), ("MiB", 1UL << 20), ("GiB", 1UL << 30), ("B", 1)];
    private static readonly (string Unit, double Milliseconds)[] Times = [("ms", 1), ("s", 1000), ("m", 60_000)];

    /// <summary>Reads a size: a number of bytes, or one with KiB, MiB or GiB behind it.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static ulong ReadSize(string text)
    {
        (string number, ulong unit) = Split(text, Sizes, 1UL);
        return ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out ulong count) && count <= ulong.MaxValue / unit
            ? count * unit
            : throw new UsageException($"'{text}' is no size: write 65536, 256KiB or 4MiB.");
    }

    /// <summary>Reads a time: a number with ms, s or m behind it.</summary>
    /// <exception cref="UsageException">It is none, or not positive, or longer than 49 days.</exception>
    public static TimeSpan ReadTime(string text)
    {
        (string number, double unit) = Split(text, Times, double.NaN);
        bool isNumber = double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double count);
        double milliseconds = count * unit;
        return isNumber && milliseconds is > 0 and < uint.MaxValue
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new UsageException($"'{text}' is no time: write 500ms, 5s or 2m, and no more than 49 days.");
    }

    /// <summary>A number of bytes, short.</summary>
    public static string Size(double bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.#} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0.#} MiB"),
        >= 1L << 10 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 10):0.#} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} bytes"),
    };

    /// <summary>A time, short.</summary>
    public static string Time(TimeSpan time) => time.TotalMilliseconds switch
    {
        >= 1000 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s"),
        >= 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.#} us"),
    };

    private static (string Number, T Unit) Split<T>(string text, (string Name, T Value)[] units, T none)
    {
        foreach ((string name, T value) in units)
            if (text.EndsWith(name, StringComparison.Ordinal)) return (text[..^name.Length], value);
        return (text, none);
    }
}
