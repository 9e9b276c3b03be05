using System.Globalization;

namespace SandboxActors.Cli.Doctor;

/// <summary>Reads what Linux says of itself in text files. What is not there, or not a number, is null.</summary>
internal static class Proc
{
    /// <summary>A file that is one number.</summary>
    public static long? Number(IHostView host, string path) => Parse(host.Read(path)?.Trim());

    /// <summary>A line of <c>/proc/meminfo</c>, in bytes.</summary>
    public static long? Memory(IHostView host, string name) =>
        Field(host.Read("/proc/meminfo"), name + ":") is [{ } kilobytes, ..] ? Parse(kilobytes) << 10 : null;

    /// <summary>Whether the processors have a feature, by its name in <c>/proc/cpuinfo</c>.</summary>
    public static bool HasProcessorFlag(IHostView host, string flag) => Field(host.Read("/proc/cpuinfo"), "flags")?.Contains(flag, StringComparer.Ordinal) ?? false;

    /// <summary>The processors' name.</summary>
    public static string ProcessorName(IHostView host) => string.Join(' ', Field(host.Read("/proc/cpuinfo"), "model name")?.Skip(1) ?? ["unknown processor"]);

    /// <summary>A limit of the process: what it may have now, and up to what it may raise that.</summary>
    /// <param name="host">The machine.</param>
    /// <param name="name">Its name in <c>/proc/self/limits</c>.</param>
    public static (string Soft, string Hard)? Limit(IHostView host, string name) =>
        Field(host.Read("/proc/self/limits"), name) is [{ } soft, { } hard, ..] ? (soft, hard) : null;

    /// <summary>A number of the process's own control group (version 2); null if it has no bound.</summary>
    public static long? ControlGroup(IHostView host, string file)
    {
        // "0::/system.slice/some.service"
        string? line = host.Read("/proc/self/cgroup")?.Split('\n').FirstOrDefault(static line => line.StartsWith("0::", StringComparison.Ordinal));
        return line is null ? null : Number(host, $"/sys/fs/cgroup{line[3..].TrimEnd('/')}/{file}");
    }

    /// <summary>A number as Linux writes it; null for anything else, as <c>max</c> and <c>unlimited</c>.</summary>
    public static long? Parse(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    // The words behind a name at the start of a line.
    private static string[]? Field(string? text, string name) =>
        text?.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..]
            .Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
