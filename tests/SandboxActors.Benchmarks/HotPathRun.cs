using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.Wire;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// What the host does for a call beside the exit: calls on a machine without a guest, of which only its own part, copying an answer, is subtracted.
/// Prints <c>name value unit</c>.
/// </summary>
internal static class HotPathRun
{
    private const ushort ReadyPort = 0xE0;
    private const ushort HostCallPort = 0xE1;
    private const int Rounds = 2_000;
    private const int PerRound = 500;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static int Run()
    {
        var image = GuestImage.FromFile(GuestFiles.Path("simple"));
        byte[] nothing = [.. new MessageWriter().WriteReturn(GuestValue.Void)];
        byte[] number = [.. new MessageWriter().WriteReturn(3)];
        byte[] hostCall = [.. new MessageWriter().WriteCall("HostAdd", GuestValueType.Int32, [1, 2])];

        using IHypervisor noOps = AnsweringMachine.Hypervisor((ReadyPort, nothing));
        using IHypervisor sums = AnsweringMachine.Hypervisor((ReadyPort, number));
        using IHypervisor hostSums = AnsweringMachine.Hypervisor((HostCallPort, hostCall), (ReadyPort, number));
        using Sandbox noOp = new SandboxBuilder(noOps, image).Build();
        using Sandbox sum = new SandboxBuilder(sums, image).Build();
        using Sandbox hostSum = new SandboxBuilder(hostSums, image).HostFunction("HostAdd", (int a, int b) => a + b).Build();

        Measure("call_host_side_no_op", noOp, () => noOp.Call("NoOp"));
        Measure("call_host_side_sum", sum, () => sum.Call<int>("Add", 1, 2));
        Measure("call_host_side_sum_with_host_function", hostSum, () => hostSum.Call<int>("Add", 1, 2), exits: 2);
        return 0;
    }

    private static void Measure(string name, Sandbox sandbox, Action call, int exits = 1)
    {
        IVirtualMachine machine = sandbox.Machine;
        Action run = () =>
        {
            for (int i = 0; i < exits; i++) machine.Run();
        };
        Repeat(call, WarmUp); // until everything is compiled as well as it will be
        Repeat(run, WarmUp);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < PerRound; i++) call();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;

        var times = new List<double>(Rounds);
        for (int round = 0; round < Rounds; round++) times.Add(Nanoseconds(call) - Nanoseconds(run));

        Print($"{name}_ns", Median(times), "ns");
        Print($"{name}_bytes", (double)bytes / PerRound, "bytes");
    }

    private static void Repeat(Action action, TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time) action();
    }

    private static double Nanoseconds(Action action)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < PerRound; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / PerRound;
    }
}
