using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Sandboxes that can be debugged, and debuggers that come and go, leave descriptors, memory and threads as they were.</summary>
[Collection(nameof(CountingAlone))]
public sealed class DebuggerResourceSpec
{
    [SkippableTheory, OnEachBackend]
    public void Debuggers_that_come_and_go_leave_nothing_behind(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Repeat(
            () =>
            {
                using var client = sandbox.Connect();
                client.Ask("?");
                client.Ask($"Z0,{sandbox.Vm.Memory.Layout.Image.Start.Value:x},1");
            },
            times: 300);
        sandbox.WaitFor(debugger => !debugger.IsAttached);
        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
    }

    [SkippableTheory, OnEachBackend]
    public void Sandboxes_that_go_while_they_are_debugged_leave_nothing_behind(string backend)
    {
        Repeat(
            () =>
            {
                Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
                using var client = sandbox.Connect();
                client.Ask("?");
                GuestCall call = sandbox.Start("NoOp", Wire.GuestValueType.Void);
                Assert.Equal(GuestStepKind.Waiting, call.Step().Kind);
                sandbox.Dispose();
            },
            times: 100);
    }

    private static void Repeat(Action action, int times)
    {
        for (int i = 0; i < 30; i++) action();
        ProcessResources.AssertNoMoreThan(ProcessResources.Capture()); // what ends on its own has ended
        ProcessResources before = ProcessResources.Capture();
        for (int i = 0; i < times; i++) action();
        ProcessResources.AssertNoMoreThan(before);
    }
}
