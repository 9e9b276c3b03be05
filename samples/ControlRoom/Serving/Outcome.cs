using System.Diagnostics;
using SandboxActors;
using SandboxActors.Core;
using SandboxActors.Machine;

namespace ControlRoom;

/// <summary>What became of an action.</summary>
/// <param name="Succeeded">Whether it did what it was to do.</param>
/// <param name="Text">What came of it, in words, some of which may be the guest's.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record Outcome(bool Succeeded, string Text, double Milliseconds)
{
    /// <summary>Does something to a sandbox. That it fails as sandboxes do is an outcome too.</summary>
    public static async Task<Outcome> OfAsync(Func<Task<string>> act)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            return After(start, true, await act());
        }
        catch (Exception exception) when (
            exception is SandboxException or MachineException or FleetFullException or TimeoutException or ArgumentException)
        {
            return After(start, false, exception.Message);
        }
    }

    private static Outcome After(long start, bool succeeded, string text) => new(succeeded, text, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
}
