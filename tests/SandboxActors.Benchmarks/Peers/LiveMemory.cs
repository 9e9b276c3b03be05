using System.Diagnostics;
using System.Globalization;
using static SandboxActors.Benchmarks.Figures;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// What a sandbox that is alive takes of the machine: by how much available memory falls, which counts the kernel's part and other processes too, and
/// by how much this process grows. Each time in a process of its own, so that no peer lives in what another has left.
/// </summary>
/// <param name="Machine">KiB each.</param>
/// <param name="Process">KiB each.</param>
internal sealed record LiveMemory(double Machine, double Process)
{
    public const string Argument = "peers-live";

    private const int Times = 3;
    private const int WarmUp = 20;

    // The kernel adds up what it has of each processor once a second.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1.1);

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
        using IPeer peer = kind.Make();
        var alive = new List<IPeerSandbox>();
        Create(WarmUp);
        (long available, long resident) = Now();
        Create(kind.Live);
        (long availableAfter, long residentAfter) = Now();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{(double)(available - availableAfter) / kind.Live} {(double)(residentAfter - resident) / kind.Live}"));
        foreach (IPeerSandbox sandbox in alive) sandbox.Dispose();
        return 0;

        void Create(int count)
        {
            for (int i = 0; i < count; i++)
            {
                alive.Add(peer.Create());
                alive[^1].Add(1, 2);
            }
        }
    }

    private static LiveMemory InProcessOfItsOwn(PeerKind kind)
    {
        using Process process = ThisProgram.Start(Argument, kind.Name);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"Measuring the memory of '{kind.Name}' ended with {process.ExitCode}.");
        string[] words = output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        double[] numbers = [.. words.Select(static word => double.Parse(word, CultureInfo.InvariantCulture))];
        return new LiveMemory(numbers[0], numbers[1]);
    }

    private static (long Available, long Resident) Now()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Thread.Sleep(Settling);
        return (Kilobytes("/proc/meminfo", "MemAvailable:"), Kilobytes("/proc/self/status", "VmRSS:"));
    }

    private static long Kilobytes(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length, line.Length - name.Length - "kB".Length).Trim(), CultureInfo.InvariantCulture);
    }
}
