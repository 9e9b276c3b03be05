using Akka.Configuration;

namespace SandboxActors;

/// <summary>Reads single settings and says which one is wrong, and how.</summary>
internal sealed class SettingsReader(Config config)
{
    public int Integer(string key) => Read(key, "a whole number", () => config.GetInt(key));

    /// <summary>A whole number, or none: <c>off</c>.</summary>
    public int? IntegerOrOff(string key) => Text(key) == "off" ? null : Read<int?>(key, "off, or a whole number", () => config.GetInt(key));

    public double Number(string key) => Read(key, "a number", () => config.GetDouble(key));

    public TimeSpan Time(string key) => Read(key, "a time such as 10ms or 1m", () => config.GetTimeSpan(key, allowInfinite: false));

    /// <summary>A time, or none: <c>off</c>.</summary>
    public TimeSpan? TimeOrOff(string key) =>
        Text(key) == "off" ? null : Read<TimeSpan?>(key, "off, or a time such as 10ms or 1m", () => config.GetTimeSpan(key, allowInfinite: false));

    public ulong Size(string key) =>
        Read(key, "a size such as 64KiB or 16MiB", () => config.GetByteSize(key) is { } size ? checked((ulong)size) : throw new FormatException());

    public string Text(string key) => config.GetString(key) ?? string.Empty;

    public T OneOf<T>(string key, IReadOnlyDictionary<string, T> values) => OneOf(key, Text(key), values);

    /// <summary>The value that a text names, wherever the text stands.</summary>
    /// <param name="key">What the text's place is called.</param>
    /// <param name="text">The text.</param>
    /// <param name="values">All the texts that there can be.</param>
    public static T OneOf<T>(string key, string text, IReadOnlyDictionary<string, T> values) => values.TryGetValue(text, out T? value)
        ? value
        : throw new SandboxConfigurationException(key, $"'{text}' is not one of {string.Join(", ", values.Keys)}.");

    private T Read<T>(string key, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception)
            when (exception is FormatException or OverflowException or ConfigurationException or InvalidOperationException or ArgumentException)
        {
            throw new SandboxConfigurationException(key, $"'{Text(key)}' is not {what}.", exception);
        }
    }
}
