using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>Where the log records of guests go, of all sandboxes. From guest threads, several at a time. Texts are fit to be shown.</summary>
internal interface IGuestLogSink
{
    /// <summary>A guest logs.</summary>
    /// <param name="guest">The name that the guest was registered under.</param>
    /// <param name="sandbox">The sandbox's name.</param>
    /// <param name="record">What it says.</param>
    void Write(string guest, string sandbox, GuestLogRecord record);

    /// <summary>A guest has logged more than it may.</summary>
    /// <param name="guest">The name that the guest was registered under.</param>
    /// <param name="sandbox">The sandbox's name.</param>
    /// <param name="count">Records that were left out since the last time that this was said.</param>
    void LeaveOut(string guest, string sandbox, long count);
}
