using System.Text.Json.Nodes;

namespace SandboxActors.Cli.Doctor;

/// <summary>A diagnosis for machines.</summary>
internal static class DiagnosisJson
{
    /// <summary>The document: whether sandboxes run, and each finding with id, state, what was found and how to mend it.</summary>
    public static JsonObject Of(Diagnosis diagnosis) => new()
    {
        ["usable"] = diagnosis.IsUsable,
        ["findings"] = new JsonArray([.. diagnosis.Findings.Select(static found => (JsonNode)new JsonObject
        {
            ["id"] = found.Finding.Id,
            ["name"] = found.Name,
            ["state"] = Word(found.Finding.State),
            ["found"] = found.Finding.Found,
            ["mend"] = found.Finding.Mend.Length == 0 ? null : found.Finding.Mend,
        })]),
    };

    private static string Word(FindingState state) => state switch
    {
        FindingState.Ok => "ok",
        FindingState.Warning => "warn",
        FindingState.Bad => "bad",
        _ => "skipped",
    };
}
