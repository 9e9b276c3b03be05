using System.Text.Json.Nodes;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Cli.Tests;

/// <summary><c>sandboxctl inspect</c>: of files that are as they should be, and of others.</summary>
public sealed class InspectSpec : IDisposable
{
    private const int Mutations = 200;

    private readonly string _folder = Directory.CreateTempSubdirectory("sandboxctl-").FullName;

    [Fact]
    public void A_guest_s_segments_and_functions_are_shown()
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.Run("inspect", GuestPaths.Hello, "--json");
        Assert.Equal((0, string.Empty), (outcome.ExitCode, outcome.Error));
        JsonNode guest = JsonNode.Parse(outcome.Output)!;
        Assert.Equal("0x400000 (guest_entry)", (string?)guest["entry"]);
        Assert.Equal(["r-x", "r--", "rw-"], guest["segments"]!.AsArray().Select(static segment => (string?)segment!["access"]));
        Assert.Equal(
            ["Add(i32, i32) i32", "Greet(string) string"],
            guest["functions"]!.AsArray().Select(static function => $"{function!["function"]}({function["parameters"]}) {function["result"]}"));
    }

    [Fact]
    public void A_snapshot_is_verified_and_shown()
    {
        string digest = Save(out string saved);
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.Run("inspect", saved, "--json");
        Assert.Equal((0, string.Empty), (outcome.ExitCode, outcome.Error));
        JsonNode snapshot = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(("hello", true, digest, "emulator"), ((string?)snapshot["guest"], (bool)snapshot["verified"]!, (string?)snapshot["digest"], (string?)snapshot["hypervisor"]));
        Assert.Contains("HostAdd", snapshot["hostFunctions"]!.AsArray().Select(static function => (string?)function!["function"]));
        Assert.Contains("heap", snapshot["memory"]!.AsArray().Select(static part => (string?)part!["part"]));
    }

    [Fact]
    public void People_get_tables()
    {
        Save(out string saved);
        Assert.Contains("| segment 0 ", SandboxctlProcess.Run("inspect", GuestPaths.Hello).Output, StringComparison.Ordinal);
        Assert.Contains("all digests are right", SandboxctlProcess.Run("inspect", saved).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_guest_and_a_directory_that_is_no_snapshot_are_refused_in_one_sentence()
    {
        string text = Path.Combine(_folder, "text.elf");
        File.WriteAllText(text, "not an ELF file");
        AssertRefused("it is not an ELF file", text);
        AssertRefused("there is no such file", Path.Combine(_folder, "nothing.elf"));
        AssertRefused("oci-layout is missing", _folder);
    }

    [Fact]
    public void A_snapshot_whose_memory_was_altered_is_refused()
    {
        Save(out string saved);
        string memory = Directory.GetFiles(Path.Combine(saved, "blobs", "sha256")).MaxBy(static blob => new FileInfo(blob).Length)!;
        byte[] content = File.ReadAllBytes(memory);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(memory, content);
        AssertRefused("was altered", saved);
    }

    [Fact]
    public async Task Whatever_was_done_to_a_guest_file_it_is_shown_or_refused()
    {
        byte[] whole = File.ReadAllBytes(GuestPaths.Hello);
        var random = new Random(20_261_128);
        string guest = Path.Combine(_folder, "mutated.elf");
        for (int mutation = 0; mutation < Mutations; mutation++)
        {
            byte[] file = mutation % 4 == 0 ? whole[..random.Next(whole.Length)] : (byte[])whole.Clone();
            for (int change = random.Next(1, 20); change > 0 && file.Length > 0; change--)
            {
                int within = random.Next(3) switch { 0 => Math.Min(512, file.Length), 1 => Math.Min(0x8100, file.Length), _ => file.Length };
                file[random.Next(within)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(guest, file);
            var terminal = new CapturedTerminal();
            int exitCode = await terminal.RunAsync("inspect", guest);
            Assert.True(exitCode == 0 ? terminal.Error.Length == 0 : exitCode == 7 && terminal.Error.StartsWith("sandboxctl: Guest '", StringComparison.Ordinal), terminal.Error);
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Save(out string saved)
    {
        saved = Path.Combine(_folder, "saved");
        SandboxBuilder builder = new SandboxBuilder(SharedHypervisor.Emulator, GuestImage.FromFile(GuestPaths.Hello)).HostFunction("HostAdd", static (int a, int b) => a + b);
        using Sandbox sandbox = builder.Build();
        return sandbox.Snapshot().Save(saved);
    }

    private static void AssertRefused(string sentence, string path)
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.Run("inspect", path);
        Assert.Equal((7, string.Empty), (outcome.ExitCode, outcome.Output));
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
