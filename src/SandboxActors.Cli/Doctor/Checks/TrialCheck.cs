using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Kvm;
using SandboxActors.Machine;

namespace SandboxActors.Cli.Doctor.Checks;

/// <summary>A real sandbox on a backend: made, called and restored, with what each took.</summary>
/// <param name="backend">The backend's name.</param>
/// <param name="open">Opens it, or throws <see cref="KvmUnavailableException"/>.</param>
internal sealed class TrialCheck(string backend, Func<IHostView, IHypervisor> open) : ICheck
{
    private const int Makes = 5;
    private const int Calls = 100;

    private readonly string _id = $"trial-{backend}";

    public string Name => $"Trial on {backend}";

    public Finding Examine(IHostView host)
    {
        try
        {
            using IHypervisor hypervisor = open(host);
            return new Finding(_id, FindingState.Ok, Try(hypervisor));
        }
        catch (KvmUnavailableException)
        {
            return new Finding(_id, FindingState.Skipped, "it cannot be used");
        }
        catch (MachineException refused)
        {
            return new Finding(_id, FindingState.Bad, $"no machine could be made: {refused.Message}", "See what is scarce, above.");
        }
        catch (Exception failed) when (failed is SandboxException or InvalidDataException)
        {
            return new Finding(_id, FindingState.Bad, $"the guest did not do what it should: {failed.Message}", "Report this, with all of what is said here.");
        }
    }

    private static string Try(IHypervisor hypervisor)
    {
        SandboxBuilder builder = new SandboxBuilder(hypervisor, HelloGuest.Load()).CrashDumps(null).LogTo(static _ => { }).CallTimeout(TimeSpan.FromSeconds(30));
        var made = new TimeSpan[Makes];
        for (int i = 0; i < Makes; i++)
        {
            long start = Stopwatch.GetTimestamp();
            using Sandbox one = builder.Build();
            made[i] = Stopwatch.GetElapsedTime(start);
        }

        using Sandbox sandbox = builder.Build();
        Snapshot fresh = sandbox.Snapshot();
        var calls = new TimeSpan[Calls];
        var restores = new TimeSpan[Calls];
        for (int i = 0; i < Calls; i++)
        {
            calls[i] = Timed(() => Greet(sandbox));
            restores[i] = Timed(() => sandbox.Restore(fresh));
        }

        return $"made in {Quantities.Time(Median(made))}, called in {Quantities.Time(Median(calls))}, restored in {Quantities.Time(Median(restores))} (medians)";
    }

    private static void Greet(Sandbox sandbox)
    {
        string answer = sandbox.Call<string>("Greet", "doctor");
        if (answer != "Hello, doctor!") throw new InvalidDataException($"it answered '{answer}'");
    }

    private static TimeSpan Timed(Action step)
    {
        long start = Stopwatch.GetTimestamp();
        step();
        return Stopwatch.GetElapsedTime(start);
    }

    private static TimeSpan Median(TimeSpan[] times)
    {
        Array.Sort(times);
        return times[times.Length / 2];
    }
}
