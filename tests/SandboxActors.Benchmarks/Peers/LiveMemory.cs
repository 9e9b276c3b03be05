using System.Diagnostics;
using System.Globalization;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// What a sandbox that is alive, and was called once, takes. Each time in a process of its own, so that no peer lives in what another has left.
/// </summary>
/// <param name="Machine">Of the machine's memory, the kernel's part and other processes' too: KiB each.</param>
/// <param name="Process">Of that, by how much this process is larger: KiB each.</param>
internal sealed record LiveMemory(double Machine, double Process)
{
    public const string Argument = "peers-live";

    private const int Times = 3;
    private const int WarmUp = 20;

    /// <summary>The median of some processes.</summary>
    public static LiveMemory Of(PeerKind kind)
    {
        LiveMemory[] measured = [.. Enumerable.Range(0, Times).Select(_ => InProcessOfItsOwn(kind))];
        return new LiveMemory(Median(measured.Select(static memory => memory.Machine)), Median(measured.Select(static memory => memory.Process)));
    }

    /// <summary>That process: <c>-- peers-live NAME</c>. Prints both numbers.</summary>
    public static int Run(string name)
    {
        PeerKind kind = PeerKind.All.Single(kind => kind.Name == name);
        using var memory = new MachineMemory();
        using IPeer peer = kind.Make();
        List<IPeerSandbox> alive = [.. Enumerable.Range(0, WarmUp).Select(_ => Called(peer))];
        (double machine, double process) = Now(memory);
        for (int i = 0; i < kind.Live; i++) alive.Add(Called(peer));
        (double machineAfter, double processAfter) = Now(memory);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(machineAfter - machine) / kind.Live} {(processAfter - process) / kind.Live}"));
        foreach (IPeerSandbox sandbox in alive) sandbox.Dispose();
        return 0;
    }

    private static IPeerSandbox Called(IPeer peer)
    {
        IPeerSandbox sandbox = peer.Create();
        sandbox.Add(1, 2);
        return sandbox;
    }

    private static LiveMemory InProcessOfItsOwn(PeerKind kind)
    {
        using Process process = ThisProgram.Start(Argument, kind.Name);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"Measuring the memory of '{kind.Name}' ended with {process.ExitCode}.");
        string[] words = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return new LiveMemory(double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    private static (double Machine, double Process) Now(MachineMemory memory)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return (memory.Taken, ProcFile.Kilobytes("/proc/self/status", "VmRSS:"));
    }
}
