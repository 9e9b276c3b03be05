namespace SandboxActors.Cli.Doctor;

/// <summary>What one check has found.</summary>
/// <param name="Id">What machines know it by; it does not change.</param>
/// <param name="State">How good it is.</param>
/// <param name="Found">What there is.</param>
/// <param name="Mend">What to do about it; empty if nothing is to be done.</param>
internal sealed record Finding(string Id, FindingState State, string Found, string Mend = "");
