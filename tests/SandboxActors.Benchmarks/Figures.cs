using System.Globalization;

namespace SandboxActors.Benchmarks;

/// <summary>What the short runs print, for people and for programs: <c>name value unit</c>.</summary>
internal static class Figures
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    public static void Print(string name, double value, string unit) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.###} {unit}"));
}
