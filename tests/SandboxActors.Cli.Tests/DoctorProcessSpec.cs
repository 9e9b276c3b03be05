using System.Text.Json.Nodes;

namespace SandboxActors.Cli.Tests;

/// <summary><c>sandboxctl doctor</c> on this machine, as it is and as it might be.</summary>
public sealed class DoctorProcessSpec
{
    [Fact]
    public void It_says_of_everything_what_it_found_and_that_sandboxes_run()
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.Run("doctor");
        Assert.Equal((0, string.Empty), (outcome.ExitCode, outcome.Error));
        foreach (string name in (string[])["System", "Processor", "KVM device", "Open files", "Memory", "Threads", "Capacity", "Backend", "Trial on emulator"])
            Assert.Contains(name, outcome.Output, StringComparison.Ordinal);
        Assert.EndsWith("Sandboxes run here.\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_few_files_may_be_open_it_says_so_and_what_to_raise()
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.RunAfter("ulimit -n 256", "doctor", "--json");
        JsonNode files = Finding(outcome.Output, "open-files");
        Assert.Equal("warn", (string?)files["state"]);
        Assert.StartsWith("soft limit 256, hard limit 256, ", (string?)files["found"], StringComparison.Ordinal);
        Assert.Contains("ulimit -Hn", (string?)files["mend"], StringComparison.Ordinal);
        Assert.Equal(0, outcome.ExitCode);
    }

    [SkippableFact]
    public void Where_the_device_is_no_KVM_it_says_so_and_that_guests_run_in_software()
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.RunWithoutKvm("doctor", "--json");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("does not answer as KVM does", (string?)Finding(outcome.Output, "kvm-interface")["found"], StringComparison.Ordinal);
        Assert.Contains("sudo modprobe", (string?)Finding(outcome.Output, "kvm-interface")["mend"], StringComparison.Ordinal);
        Assert.StartsWith("emulator: ", (string?)Finding(outcome.Output, "backend")["found"], StringComparison.Ordinal);
        Assert.Equal("skipped", (string?)Finding(outcome.Output, "trial-kvm")["state"]);
        Assert.Equal("ok", (string?)Finding(outcome.Output, "trial-emulator")["state"]);
    }

    [SkippableFact]
    public void Where_KVM_was_asked_for_and_is_none_it_says_that_sandboxes_do_not_run()
    {
        SandboxctlProcess.Outcome hidden = SandboxctlProcess.RunWithoutKvm("run", GuestPaths.Hello, "Greet", "you", "--backend", "kvm");
        Assert.Equal((1, string.Empty), (hidden.ExitCode, hidden.Output));
        Assert.Contains("sandboxctl doctor", hidden.Error, StringComparison.Ordinal);
        SandboxctlProcess.Outcome wrong = SandboxctlProcess.RunAfter("export SANDBOX_ACTORS_BACKEND=xen", "doctor");
        Assert.Equal(1, wrong.ExitCode);
        Assert.EndsWith("Sandboxes do not run here: see what is bad.\n", wrong.Output, StringComparison.Ordinal);
    }

    private static JsonNode Finding(string json, string id) => JsonNode.Parse(json)!["findings"]!.AsArray().Single(finding => (string?)finding!["id"] == id)!;
}
