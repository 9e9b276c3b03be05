using System.Text.Json.Nodes;
using SandboxActors.TestSupport;

namespace SandboxActors.Cli.Tests;

/// <summary><c>sandboxctl run</c>: what it prints and returns, however the call ends.</summary>
public sealed class RunProcessSpec
{
    [SkippableTheory, OnEachBackend]
    public void The_result_is_all_that_it_writes_to_the_stream_for_results(string backend)
    {
        SandboxctlProcess.Outcome outcome = Run(backend, GuestPaths.Hello, "Greet", "world");
        Assert.Equal((0, "Hello, world!\n"), (outcome.ExitCode, outcome.Output));
        Assert.Contains($"{backend}: made in ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("[Information] greeting world", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("EchoI32", "-5", "-5")]
    [InlineData("EchoU64", "18446744073709551615", "18446744073709551615")]
    [InlineData("EchoDouble", "1.5", "1.5")]
    [InlineData("EchoBool", "true", "true")]
    [InlineData("Echo", "@no file", "@no file")] // text is text
    [InlineData("Echo", "42", "42")]
    [InlineData("GetSizePrefixedBuffer", "hex:00ff", "hex:00ff")]
    public void Arguments_are_what_the_function_says_that_they_are(string function, string argument, string result)
    {
        SandboxctlProcess.Outcome outcome = Run("emulator", GuestPaths.Simple, function, argument);
        Assert.Equal((0, result + "\n"), (outcome.ExitCode, outcome.Output));
    }

    [Fact]
    public void Calls_may_be_repeated_in_one_sandbox_and_a_document_has_them_all()
    {
        SandboxctlProcess.Outcome outcome = Run("emulator", GuestPaths.Simple, "AddToStatic", "2", "--repeat", "3", "--json");
        JsonNode document = JsonNode.Parse(outcome.Output)!;
        Assert.Equal(("i32", 6, 3), ((string?)document["result"]!["type"], (int)document["result"]!["value"]!, document["callMicroseconds"]!.AsArray().Count));
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_dies_is_reported_with_where_it_stood(string backend)
    {
        SandboxctlProcess.Outcome outcome = Run(backend, GuestPaths.Simple, "DivideByZero");
        Assert.Equal((4, string.Empty), (outcome.ExitCode, outcome.Output));
        Assert.Contains("at guest_function_DivideByZero", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("stack trace", outcome.Error, StringComparison.Ordinal);
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_takes_too_long_is_ended(string backend)
    {
        SandboxctlProcess.Outcome outcome = Run(backend, GuestPaths.Simple, "Spin", "--timeout", "100ms");
        Assert.Equal((5, string.Empty), (outcome.ExitCode, outcome.Output));
        Assert.Contains("took longer than 100 ms", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_that_is_interrupted_ends_and_says_so()
    {
        // The guest logs as it is called, and is called again and again: so it is interrupted in a call, or between two.
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.RunAndInterrupt("run", GuestPaths.Hello, "Greet", "you", "--repeat", "2000000000", "--backend", "software");
        Assert.Equal((130, string.Empty), (outcome.ExitCode, outcome.Output));
        Assert.StartsWith("[Information] greeting you", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, "HostAdd", "Add", "2", "3")] // there is no such host function
    [InlineData(6, "was refused", "Echo", "x", "--returns", "i32")]
    [InlineData(2, "takes 1 arguments, not 0", "Echo")]
    [InlineData(2, "'x' is no i32", "EchoI32", "x")]
    [InlineData(2, "lists no function 'Nope'", "Nope")]
    [InlineData(6, "Nope", "Nope", "--returns", "void")]
    [InlineData(2, "'float' is no type", "Echo", "x", "--returns", "float")]
    [InlineData(2, "'soon' is no time", "NoOp", "--timeout", "soon")]
    [InlineData(2, "'much' is no size", "NoOp", "--heap", "much")]
    [InlineData(2, "--heap", "NoOp", "--heap", "1B")]
    [InlineData(2, "--repeat must be at least 1", "NoOp", "--repeat", "0")]
    [InlineData(2, "xen", "NoOp", "--backend", "xen")]
    public void Whatever_is_wrong_has_a_number_and_a_sentence(int exitCode, string sentence, string function, params string[] arguments)
    {
        SandboxctlProcess.Outcome outcome = SandboxctlProcess.Run(["run", GuestPaths.Simple, function, .. arguments]);
        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", outcome.Error, StringComparison.Ordinal);
    }

    private static SandboxctlProcess.Outcome Run(string backend, params string[] arguments)
    {
        Backends.Open(backend);
        return SandboxctlProcess.Run(["run", .. arguments, "--backend", backend]);
    }
}
