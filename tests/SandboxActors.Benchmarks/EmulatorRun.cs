using System.Diagnostics;
using System.Globalization;
using SandboxActors.Core;
using SandboxActors.Emulator;
using SandboxActors.Guests;
using SandboxActors.Kvm;
using Spectre.Console;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks;

/// <summary>
/// How fast guests compute on the processor in software, in million instructions a second: hot code, translated; code that is only interpreted,
/// decoded long ago; the first call of a long piece of work, with all the decoding and translating that it takes; and code that a machine runs for
/// the first time, with next to no work for each instruction decoded. Beside it KVM, where there is one, in the same rounds.
/// </summary>
internal static class EmulatorRun
{
    private const ulong HeapSize = 32 << 20;
    private const int Rounds = 9;
    private const int WarmUp = 3;
    private const int Machines = 200;

    // So many that the runtime has compiled decoder and interpreter for good: before that, a first call takes up to six times as long.
    private const int MachinesToWarmUp = 1_500;

    // So often that the runtime has compiled the interpreter itself for good: it is the guest's code that is to be cold, not the process.
    private const int InterpreterWarmUp = 60;

    public static int Run()
    {
        var image = GuestImage.FromFile(GuestFiles.Path("compute"));
        KvmAvailability availability = KvmHypervisor.Probe();
        using KvmHypervisor? kvm = availability.IsUsable ? KvmHypervisor.Open() : null;
        if (kvm is null) Console.WriteLine($"Without KVM, so without a comparison: {availability.Reason}");
        using Sandbox? native = kvm is null ? null : new SandboxBuilder(kvm, image).HeapSize(HeapSize).Build();
        using var translating = new EmulatedHypervisor();
        using var interpreting = new EmulatedHypervisor(new EmulatorOptions { TranslateAfter = EmulatorOptions.Never });
        using var hot = new CountedSandbox(translating, image, HeapSize);
        using var cold = new CountedSandbox(interpreting, image, HeapSize);

        WarmUpNewMachines(image);
        List<Result> results = [.. Workload.All.Select(workload => Measure(workload, hot, cold, native, image))];
        Show(results);
        foreach (Result result in results)
        {
            Print($"{result.Name}_mips", result.Hot, "million_instructions_per_second");
            if (result.VersusKvm is { } ratio) Print($"{result.Name}_vs_kvm", ratio, "ratio");
            Print($"{result.Name}_cold_mips", result.Cold, "million_instructions_per_second");
            Print($"{result.Name}_first_call_mips", result.First, "million_instructions_per_second");
            Print($"{result.Name}_once_mips", result.Once, "million_instructions_per_second");
        }

        Print("lowest_mips", results.Min(result => result.Hot), "million_instructions_per_second");
        Print("cold_mips", results.Min(result => result.Cold), "million_instructions_per_second");
        Print("once_mips", results.Min(result => result.Once), "million_instructions_per_second");
        return 0;
    }

    private static Result Measure(Workload workload, CountedSandbox hot, CountedSandbox cold, Sandbox? native, GuestImage image)
    {
        var speeds = new List<double>();
        var coldSpeeds = new List<double>();
        var ratios = new List<double>();
        for (int round = 0; round < InterpreterWarmUp; round++) workload.Short(cold.Sandbox);
        for (int round = -WarmUp; round < Rounds; round++)
        {
            long start = Stopwatch.GetTimestamp();
            double speed = hot.Speed(workload.Long);
            double emulated = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            double coldSpeed = cold.Speed(workload.Short);
            start = Stopwatch.GetTimestamp();
            if (native is not null) workload.Long(native);
            double onKvm = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            if (round < 0) continue;
            speeds.Add(speed);
            coldSpeeds.Add(coldSpeed);
            ratios.Add(emulated / onKvm);
        }

        return new Result(
            workload.Name,
            Median(speeds),
            native is null ? null : Median(ratios),
            Median(coldSpeeds),
            FirstCall(workload, image),
            Once(workload, image));
    }

    // Nothing of the guest is known: it is decoded, interpreted, translated.
    private static double FirstCall(Workload workload, GuestImage image)
    {
        using var hypervisor = new EmulatedHypervisor();
        using var sandbox = new CountedSandbox(hypervisor, image, HeapSize);
        return sandbox.Speed(workload.Long);
    }

    // On many machines, none of which has seen the guest: the process's own decoder and interpreter are warm, and nothing else.
    private static double Once(Workload workload, GuestImage image) =>
        Median([.. Enumerable.Range(0, Machines).Select(_ => SpeedOnNewMachine(workload, image))]);

    private static void WarmUpNewMachines(GuestImage image)
    {
        for (int machine = 0; machine < MachinesToWarmUp; machine++) SpeedOnNewMachine(Workload.All[machine % Workload.All.Count], image);
    }

    private static double SpeedOnNewMachine(Workload workload, GuestImage image)
    {
        using var hypervisor = new EmulatedHypervisor();
        using var sandbox = new CountedSandbox(hypervisor, image, HeapSize);
        return sandbox.Speed(workload.Least);
    }

    private static void Show(List<Result> results)
    {
        TableBorder border = Console.IsOutputRedirected ? TableBorder.Ascii : TableBorder.Rounded;
        Table table = new Table().Border(border).AddColumn("million instructions a second");
        foreach (string column in new[] { "hot", "time, KVM = 1", "interpreted", "first call", "once" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (Result result in results)
        {
            string ratio = result.VersusKvm is { } versusKvm ? Number(versusKvm) : "-";
            table.AddRow(result.Name, Number(result.Hot), ratio, Number(result.Cold), Number(result.First), Number(result.Once));
        }

        AnsiConsole.Write(table);
    }

    private static string Number(double value) => value.ToString(value < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    private sealed record Result(string Name, double Hot, double? VersusKvm, double Cold, double First, double Once);
}
