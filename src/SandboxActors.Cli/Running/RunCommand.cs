using System.CommandLine;
using SandboxActors.Hosting;

namespace SandboxActors.Cli.Running;

/// <summary><c>sandboxctl run</c>.</summary>
internal static class RunCommand
{
    private static readonly Dictionary<string, SandboxBackend> Backends = new(StringComparer.Ordinal)
    {
        ["auto"] = SandboxBackend.Auto,
        ["kvm"] = SandboxBackend.Kvm,
        ["software"] = SandboxBackend.Emulator,
        ["emulator"] = SandboxBackend.Emulator,
    };

    /// <summary>Makes the command.</summary>
    public static Command Make(Terminal terminal, IHostView host)
    {
        var guest = new Argument<string>("GUEST.elf") { Description = "The guest file." };
        var function = new Argument<string>("FUNCTION") { Description = "The guest function." };
        var arguments = new Argument<string[]>("ARGS")
        {
            Description = "Its arguments: 5, -1.5, true, text, hex:00ff or @FILE for bytes. Where the guest does not say what it takes, also i32:5, u64:5, f32:1.5, \"5\".",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var backend = new Option<string>("--backend") { Description = "What it runs on: kvm, software, or auto, the better one that is there.", HelpName = "kvm|software|auto" };
        backend.AcceptOnlyFromAmong([.. Backends.Keys]);
        var timeout = new Option<string>("--timeout") { Description = "How long each call may take: 500ms, 5s, 2m.", DefaultValueFactory = static _ => "30s" };
        var heap = new Option<string>("--heap") { Description = "The guest's heap: 256KiB, 4MiB." };
        var repeat = new Option<int>("--repeat") { Description = "How many calls; the result is the last one's.", DefaultValueFactory = static _ => 1 };
        var returns = new Option<string>("--returns") { Description = $"What the function returns, where the guest does not say: {GuestTypes.Names}.", HelpName = "TYPE" };
        var json = new Option<bool>("--json") { Description = "Write a document for machines." };
        var command = new Command("run", "Runs one call of a guest in a sandbox of its own. Returns 0, or 3 for an error of the guest, 4 if it died, 5 if it took too long, 6 if it refused the call.")
        {
            guest, function, arguments, backend, timeout, heap, repeat, returns, json,
        };
        command.SetAction((parsed, cancellation) => Task.Run(
            () =>
            {
                var request = new RunRequest(
                    parsed.GetRequiredValue(guest),
                    parsed.GetRequiredValue(function),
                    parsed.GetValue(arguments) ?? [],
                    parsed.GetValue(returns),
                    parsed.GetValue(backend) is { } named ? Backends[named] : null,
                    Quantities.ReadTime(parsed.GetRequiredValue(timeout)),
                    parsed.GetValue(heap) is { } size ? Quantities.ReadSize(size) : null,
                    parsed.GetValue(repeat),
                    parsed.GetValue(json));
                return new GuestRun(terminal, host, request).Run(cancellation);
            },
            CancellationToken.None));
        return command;
    }
}
