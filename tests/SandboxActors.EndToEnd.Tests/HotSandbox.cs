using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Core.Exitless;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Sandboxes whose guests stay inside between calls. That needs KVM, and two processors.</summary>
internal static class HotSandbox
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1); // the longest there is
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A builder for the simple guest.</summary>
    public static SandboxBuilder Builder()
    {
        Skip.If(Environment.ProcessorCount < 2, "Guests stay inside only where there are two processors.");
        return SimpleGuest.Builder("kvm").Exitless(Poll);
    }

    /// <summary>
    /// Calls the guest until it stays inside, so that the next call finds it there: most likely, since it looks for a millisecond; and until that has
    /// paid, so that it soon does so again.
    /// </summary>
    public static void MakeHot(this Sandbox sandbox)
    {
        long start = Stopwatch.GetTimestamp();
        int paid = 0;
        do
        {
            sandbox.Call("NoOp");
            paid = sandbox.WasWithoutExit() ? paid + 1 : 0;
            if (paid >= ExitlessPolicy.CallsInARow && sandbox.Exitless!.IsGuestLooking) return;
        }
        while (Stopwatch.GetElapsedTime(start) < Patience);
        Assert.Fail("The guest never stays inside.");
    }

    /// <summary>Whether the latest call needed no exit.</summary>
    public static bool WasWithoutExit(this Sandbox sandbox) => sandbox.Exitless!.HasPaid;

    /// <summary>
    /// Does something again and again until it was as it should be: what takes place between two calls may find the guest gone, on a busy machine.
    /// </summary>
    public static void UntilItIs(Func<bool> attempt)
    {
        long start = Stopwatch.GetTimestamp();
        while (!attempt()) Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "It never came to that.");
    }
}
