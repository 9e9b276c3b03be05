using System.Globalization;

namespace SandboxActors.Benchmarks;

/// <summary>Numbers that the kernel gives in files of text.</summary>
internal static class ProcFile
{
    /// <summary>The number behind a name, where lines are <c>Name:   1234 kB</c>.</summary>
    public static double Kilobytes(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return double.Parse(line.AsSpan(name.Length, line.Length - name.Length - "kB".Length).Trim(), CultureInfo.InvariantCulture);
    }
}
