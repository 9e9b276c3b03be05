using System.Diagnostics;
using SandboxActors.Guests;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>A process whose limit of open files is low, for real: it is told before it gets there, and nothing else breaks.</summary>
public sealed class HostLimitsSpec
{
    private const int Limit = 256;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [KvmFact]
    public void The_sandbox_for_which_there_are_no_files_is_refused_by_name_and_all_others_work_on()
    {
        string[] said = RunProbe();
        Assert.Equal(7, said.Length);
        Assert.InRange(int.Parse(said[0]["made: ".Length..], System.Globalization.CultureInfo.InvariantCulture), 40, Limit / 2);
        Assert.StartsWith("refused: KVM_CREATE_VM, errno 0: There is no room for another machine: ", said[1], StringComparison.Ordinal);
        Assert.Contains($" of the {Limit} files that this process may have open are open", said[1], StringComparison.Ordinal);
        Assert.Contains("raise the limit (ulimit -n, or LimitNOFILE= of the service)", said[1], StringComparison.Ordinal);
        Assert.Equal(
            [
                "refused again in the same words but for numbers: True",
                "none is made meanwhile, and machines have two descriptors each: True",
                "all answer: True",
                "files can be opened: True",
                "where some were disposed others can be made: True",
            ],
            said[2..]);
    }

    private static string[] RunProbe()
    {
        string probe = Path.Combine(AppContext.BaseDirectory, "SandboxActors.LimitProbe.dll");
        string[] command = [Environment.ProcessPath!, "exec", probe, GuestFiles.Path("simple")];
        // Both limits: the runtime raises the soft one to the hard one.
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", $"ulimit -n {Limit}; exec \"$0\" \"$@\"", .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill();
            throw new TimeoutException($"The probe has not come to an end in {Patience}.");
        }

        Assert.Equal((string.Empty, 0), (errors.Result, process.ExitCode));
        return output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
