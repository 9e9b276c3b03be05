using System.Text.Json.Nodes;
using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.Cli.Tests;

/// <summary>Text that a guest or a file wrote moves no cursor, changes no colour and is no markup, whichever way it comes.</summary>
public sealed class HostileTextSpec
{
    // Clears the screen, sets the window's title, changes the direction of reading, breaks the line; and looks like markup.
    private const string Hostile = "\u001b[2J\u001b]0;owned\u0007\u202e\r\n[red]no[/] [/]";

    [Theory]
    [InlineData("Echo", 0)] // a result
    [InlineData("guest_panic", 4)] // the reason of a poison, in message and crash report
    [InlineData("PrintOutput", 0)] // prints
    [InlineData("CallGivenParamlessHostFuncThatReturnsI64", 3)] // an error, which names the host function
    public async Task What_a_guest_says_is_escaped(string function, int exitCode)
    {
        var terminal = new CapturedTerminal();
        Assert.Equal(exitCode, await terminal.RunAsync("run", GuestPaths.Simple, function, Hostile, "--backend", "software"));
        AssertHarmless(terminal);
        Assert.Contains("[red]no[/] [/]", terminal.Output + terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_guest_logs_is_escaped()
    {
        var terminal = new CapturedTerminal();
        Assert.Equal(0, await terminal.RunAsync("run", GuestPaths.Simple, "LogMessage", Hostile, "4", "--backend", "software"));
        AssertHarmless(terminal);
        Assert.Contains(@"\u{1b}[2J", terminal.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_has_all_of_it_and_no_control_character()
    {
        var terminal = new CapturedTerminal();
        Assert.Equal(0, await terminal.RunAsync("run", GuestPaths.Simple, "Echo", Hostile, "--backend", "software", "--json"));
        AssertHarmless(terminal);
        Assert.Equal(Hostile, (string?)JsonNode.Parse(terminal.Output)!["result"]!["value"]);
    }

    [Fact]
    public async Task Names_in_a_guest_file_and_in_a_snapshot_are_escaped()
    {
        byte[] file = File.ReadAllBytes(GuestPaths.Hello);
        Replace(file, "Greet\0"u8, "\u001b[2J[\0"u8); // the function's name
        Replace(file, "guest_entry\0"u8, "\u001b[2J[red]ab\0"u8); // the symbol's
        string folder = Directory.CreateTempSubdirectory("sandboxctl-").FullName;
        try
        {
            string guest = Path.Combine(folder, "[red]\u001b[2J.elf");
            File.WriteAllBytes(guest, file);
            await AssertInspectsHarmlesslyAsync(guest);

            string saved = Path.Combine(folder, "[blue]saved");
            using (Sandbox sandbox = new SandboxBuilder(SharedHypervisor.Emulator, GuestImage.FromBytes(file, Hostile)).HostFunction(Hostile, static () => 1).Build())
                sandbox.Snapshot().Save(saved);
            await AssertInspectsHarmlesslyAsync(saved);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_path_is_escaped_too()
    {
        var terminal = new CapturedTerminal();
        Assert.Equal(7, await terminal.RunAsync("inspect", Hostile));
        AssertHarmless(terminal);
    }

    private static async Task AssertInspectsHarmlesslyAsync(string path)
    {
        foreach (string[] options in (string[][])[[], ["--json"]])
        {
            var terminal = new CapturedTerminal();
            Assert.Equal((0, string.Empty), (await terminal.RunAsync(["inspect", path, .. options]), terminal.Error));
            AssertHarmless(terminal);
            Assert.Contains("[2J", terminal.Output, StringComparison.Ordinal);
        }
    }

    private static void AssertHarmless(CapturedTerminal terminal)
    {
        string all = terminal.Output + terminal.Error;
        Assert.DoesNotContain(all, static letter => (char.IsControl(letter) && letter != '\n') || letter == '\u202e');
    }

    private static void Replace(byte[] file, ReadOnlySpan<byte> old, ReadOnlySpan<byte> replacement)
    {
        Assert.Equal(old.Length, replacement.Length);
        int at = file.AsSpan().IndexOf(old);
        Assert.True(at >= 0);
        replacement.CopyTo(file.AsSpan(at));
    }
}
