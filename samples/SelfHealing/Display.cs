using System.Globalization;
using Spectre.Console;

namespace SelfHealing;

/// <summary>What the run shows: live in a terminal, a line a second where the output goes elsewhere; and the table at the end.</summary>
internal static class Display
{
    private static readonly TimeSpan Frame = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Line = TimeSpan.FromSeconds(1);

    public static async Task FollowAsync(Task work, Tally tally, HealingWatch healed, int sandboxes, TimeSpan duration)
    {
        if (Console.IsOutputRedirected || !AnsiConsole.Profile.Capabilities.Interactive) await PrintLinesAsync(work, tally, healed);
        else await ShowLiveAsync(work, tally, healed, sandboxes, duration);
    }

    public static void Summary(Tally tally, HealingWatch healed, int sandboxes, int healthy)
    {
        Table table = new Table().Border(Console.IsOutputRedirected ? TableBorder.Ascii : TableBorder.Rounded)
            .AddColumn("what").AddColumn(new TableColumn("count").RightAligned());
        table.AddRow("sandboxes", Number(sandboxes));
        table.AddRow("calls answered right", Number(tally.Good));
        table.AddRow("calls answered with the guest's error", Number(tally.Errors));
        foreach ((string title, int count) in tally.Poisonings.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            table.AddRow($"poisoned: {title}", Number(count));
        table.AddRow("restores", Number(healed.Restores));
        table.AddRow("rebuilds", Number(healed.Rebuilds));
        table.AddRow("call latency, median", Percentile(tally.CallLatencies(), 0.50));
        table.AddRow("call latency, 99th percentile", Percentile(tally.CallLatencies(), 0.99));
        table.AddRow("poison to healed, median", Percentile(tally.Downtimes(), 0.50));
        table.AddRow("poison to healed, 99th percentile", Percentile(tally.Downtimes(), 0.99));
        table.AddRow("sandboxes that proved themselves healthy", $"{Number(healthy)} of {Number(sandboxes)}");
        AnsiConsole.Write(table);
        foreach (string wrong in tally.Wrong.Take(10)) Console.WriteLine($"WRONG {wrong}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"healed {healed.Heals}/{tally.Poisoned}"));
    }

    private static async Task PrintLinesAsync(Task work, Tally tally, HealingWatch healed)
    {
        using var timer = new PeriodicTimer(Line);
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
            if (work.IsCompleted) break;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"calls {tally.Good}  poisoned {tally.Poisoned}  healed {healed.Heals}"));
        }

        await work;
    }

    private static async Task ShowLiveAsync(Task work, Tally tally, HealingWatch healed, int sandboxes, TimeSpan duration)
    {
        Progress display = AnsiConsole.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new RemainingTimeColumn());
        await display.StartAsync(async context =>
        {
            ProgressTask progress = context.AddTask("starting", maxValue: duration.TotalSeconds);
            using var timer = new PeriodicTimer(Frame);
            while (!work.IsCompleted)
            {
                await Task.WhenAny(work, timer.WaitForNextTickAsync().AsTask());
                progress.Description = $"{Number(sandboxes)} sandboxes, {Number(tally.Good)} calls, "
                    + $"[red]{Number(tally.Poisoned)} poisoned[/], [green]{Number(healed.Heals)} healed[/]";
                progress.Value = Math.Min(duration.TotalSeconds, progress.ElapsedTime?.TotalSeconds ?? 0);
            }
        });
        await work;
    }

    private static string Percentile(double[] sorted, double share) =>
        sorted.Length == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{sorted[(int)(share * (sorted.Length - 1))]:N0} us");

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
