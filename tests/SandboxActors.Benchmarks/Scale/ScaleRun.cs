using System.Globalization;
using SandboxActors.Kvm;
using Spectre.Console;

namespace SandboxActors.Benchmarks.Scale;

/// <summary>
/// What sandboxes cost when there are many: 1 to 8,000 alive, 100,000 parked. Prints <c>name value unit</c> and draws <c>docs/performance/scale.svg</c>.
/// <c>-- scale 1000 10000</c> goes only so far.
/// </summary>
internal static class ScaleRun
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        int live = Argument(arguments, 1, 8000);
        int parked = Argument(arguments, 2, 100_000);
        IReadOnlyList<ScalePoint> livePoints = [];
        IReadOnlyList<ScalePoint> parkedPoints = [];
        IAnsiConsole errors = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await errors.Progress().StartAsync(async progress =>
        {
            using KvmHypervisor hypervisor = KvmHypervisor.Open();
            ProgressTask liveTask = progress.AddTask("alive", maxValue: live);
            ProgressTask parkedTask = progress.AddTask("parked", maxValue: parked);
            livePoints = LiveScale.Run(hypervisor, live, liveTask);
            UnparkRun.Run(hypervisor);
            parkedPoints = await ParkedScale.RunAsync(parked, parkedTask);
        });
        if (livePoints.Count > 1 && parkedPoints.Count > 1) ScaleChart.Write(Path.Combine("docs", "performance", "scale.svg"), livePoints, parkedPoints);
        return 0;
    }

    private static int Argument(string[] arguments, int place, int otherwise) =>
        arguments.Length > place ? int.Parse(arguments[place], CultureInfo.InvariantCulture) : otherwise;
}
