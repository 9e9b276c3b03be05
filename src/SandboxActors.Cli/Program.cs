using SandboxActors.Cli;

return await Sandboxctl.RunAsync(args, Terminal.OfProcess(), HostView.OfProcess);
