using System.Globalization;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>How many random cases are asked for.</summary>
internal static class CaseCount
{
    public const string Variable = "SANDBOX_ACTORS_DIFFERENTIAL_CASES";

    /// <summary>What the environment says, or else the default.</summary>
    public static int Wanted(int count) =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
            ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : count;
}
