using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SandboxActors.ControlRoom.Tests;

/// <summary>The program, as it is started from a command line.</summary>
public sealed partial class ProgramSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task It_says_where_the_page_is_and_ends_when_it_is_interrupted()
    {
        using Process program = Start("--port", "0", "--sandboxes", "2");
        string address = await ReadAddressAsync(program);
        using var client = new HttpClient { BaseAddress = new Uri(address) };
        await using FeedReader feed = await FeedReader.OpenAsync(client);
        await feed.ReadUntilAsync(() => feed.Cells.Count == 2 && feed.Points.Any(point => point.Calls > 0));

        using Process interrupt = Process.Start("kill", ["-INT", program.Id.ToString(CultureInfo.InvariantCulture)]);
        await program.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(0, program.ExitCode);
        Assert.Equal(string.Empty, await program.StandardError.ReadToEndAsync());
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_in_one_line()
    {
        await using Room room = await Room.OpenAsync(0);
        using Process program = Start("--port", room.Address.Port.ToString(CultureInfo.InvariantCulture), "--sandboxes", "0");

        await program.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(4, program.ExitCode);
        Assert.Matches(@"^Failed to bind to address .*: address already in use\.\n$", await program.StandardError.ReadToEndAsync());
    }

    [Theory]
    [InlineData("--port", "65536")]
    [InlineData("--sandboxes", "-1")]
    [InlineData("--sandboxes", "2001")]
    [InlineData("--token", "too short")]
    public async Task What_cannot_be_is_refused(string option, string value)
    {
        using Process program = Start(option, value);

        await program.WaitForExitAsync().WaitAsync(Patience);

        Assert.Equal(1, program.ExitCode);
        Assert.StartsWith($"{option} must", await program.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
    }

    private static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo(
        "dotnet", [Path.Combine(AppContext.BaseDirectory, "ControlRoom.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    private static async Task<string> ReadAddressAsync(Process program)
    {
        while (await program.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
            if (Address().Match(line) is { Success: true } address) return address.Groups[1].Value;
        throw new InvalidOperationException("The program has not said where its page is.");
    }

    [GeneratedRegex("^The control room is open: (http://127.0.0.1:[0-9]+/)#token=[-_A-Za-z0-9]{43}$")]
    private static partial Regex Address();
}
