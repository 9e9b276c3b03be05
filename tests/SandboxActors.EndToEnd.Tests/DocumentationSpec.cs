using System.Text.RegularExpressions;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A claim in the documentation that names a test names one that is there.</summary>
public sealed partial class DocumentationSpec
{
    [Theory]
    [InlineData("threat-model.md")]
    [InlineData("testing.md")]
    [InlineData("emulator.md")]
    [InlineData("snapshots.md")]
    [InlineData("sandboxctl.md")]
    [InlineData("health.md")]
    [InlineData("operations.md")]
    public void Every_test_that_a_page_names_exists(string page)
    {
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Spec.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        MatchCollection names = TestName().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", page)));
        Assert.NotEmpty(names);
        string[] missing = [.. names.Where(name => !sources.Any(s => Declares(s, name))).Select(name => name.Value)];
        Assert.Empty(missing);
    }

    private static bool Declares(string source, Match name) =>
        source.Contains($"class {name.Groups[1].Value}", StringComparison.Ordinal)
        && (!name.Groups[2].Success || source.Contains($" {name.Groups[2].Value}(", StringComparison.Ordinal));

    [GeneratedRegex(@"`(\w+Spec)(?:\.(\w+))?`")]
    private static partial Regex TestName();
}
