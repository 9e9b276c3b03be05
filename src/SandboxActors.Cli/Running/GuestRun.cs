using System.Diagnostics;
using Akka.Configuration;
using SandboxActors.Core;
using SandboxActors.Hosting;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>One run: a sandbox is made, called, and goes.</summary>
internal sealed class GuestRun(Terminal terminal, IHostView host, RunRequest request)
{
    /// <summary>Does it.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    /// <exception cref="UsageException">The request makes no sense.</exception>
    /// <exception cref="GuestImageException">The guest file cannot be used.</exception>
    /// <exception cref="Kvm.KvmUnavailableException">KVM was asked for, and cannot be used.</exception>
    /// <exception cref="MachineException">The system refused a machine.</exception>
    public int Run(CancellationToken cancellation)
    {
        if (request.Repeat < 1) throw new UsageException($"--repeat must be at least 1, not {request.Repeat}.");
        GuestImage image = GuestImage.FromFile(request.Guest);
        Invocation invocation = Invocation.Of(image, request.Function, request.Arguments, request.Returns);
        BackendChoice choice = request.Backend is { } asked ? new BackendChoice(asked, "--backend") : BackendChoice.Make(null, host.Environment, Config.Empty);
        OpenedBackend backend = OpenedBackend.Open(choice, host.OpenKvm);
        using IHypervisor hypervisor = backend.Hypervisor;
        var report = new RunReport(invocation, hypervisor.Name);
        try
        {
            terminal.While($"Starting guest '{image.Name}' on {hypervisor.Name}", progress =>
            {
                Call(image, hypervisor, invocation, report, progress, cancellation);
                return true;
            });
        }
        catch (SandboxException failure) when (RunFailure.Of(failure) is { } known)
        {
            report.Failure = known;
        }

        report.Write(terminal, request.Json);
        return report.Failure?.ExitCode ?? ExitCode.Success;
    }

    private void Call(GuestImage image, IHypervisor hypervisor, Invocation invocation, RunReport report, Action<string> progress, CancellationToken cancellation)
    {
        SandboxBuilder builder = new GuestOutput(terminal).Attach(new SandboxBuilder(hypervisor, image));
        long start = Stopwatch.GetTimestamp();
        using Sandbox sandbox = Build(builder);
        report.Created = Stopwatch.GetElapsedTime(start);
        var options = new CallOptions
        {
            Timeout = request.Timeout,
            Cancellation = cancellation,
            Items = item =>
            {
                report.Items.Add(item);
                return ValueTask.FromResult(report.Items.Count < RunReport.MostItems);
            },
        };
        for (int call = 0; call < request.Repeat; call++)
        {
            progress($"Calling '{invocation.Function}' ({call + 1} of {request.Repeat})");
            report.Items.Clear();
            start = Stopwatch.GetTimestamp();
            report.Result = sandbox.Invoke(invocation.Function, invocation.ReturnType, options, invocation.Arguments.AsSpan());
            report.Calls.Add(Stopwatch.GetElapsedTime(start));
        }
    }

    private Sandbox Build(SandboxBuilder builder)
    {
        try
        {
            return (request.Heap is { } heap ? builder.HeapSize(heap) : builder).Build();
        }
        catch (ArgumentOutOfRangeException wrong)
        {
            throw new UsageException($"--heap: {wrong.Message}");
        }
    }
}
