using System.Text.Json.Serialization;

namespace ControlRoom;

/// <summary>What a sandbox is doing, as the page shows it.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CellState>))]
internal enum CellState
{
    /// <summary>It waits for a request.</summary>
    [JsonStringEnumMemberName("idle")]
    Idle,

    /// <summary>It is in the middle of a call.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It waits to be healed.</summary>
    [JsonStringEnumMemberName("poisoned")]
    Poisoned,

    /// <summary>It is gone; it is shown for a while yet.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,
}
