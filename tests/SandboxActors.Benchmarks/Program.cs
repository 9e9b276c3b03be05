using BenchmarkDotNet.Running;
using SandboxActors.Benchmarks;
using SandboxActors.Benchmarks.Peers;
using SandboxActors.Benchmarks.Scale;
using SandboxActors.Kvm;

// Short runs: `-- floor` against the bare ioctl loop, `-- hotpath` the host's own part of a call, `-- exitless` calls that need no exit, `-- emulator` the
// processor in software against KVM, `-- fairness` short calls beside guests that spin, `-- slices` what time slices cost, `-- async` thousands of calls
// that wait, `-- batch` what batches gain, `-- scale` thousands alive and a hundred thousand parked, `-- unpark` a call of one of these, `-- durable` what
// saving and loading snapshots costs, `-- telemetry` what meter and spans cost, `-- peers` the same work by others. Everything else is BenchmarkDotNet's (`-- --filter *Call*`, `-- --list flat`).
try
{
    return await RunAsync(args);
}
catch (KvmUnavailableException missing)
{
    await Console.Error.WriteLineAsync(missing.Message);
    return 3;
}

static async Task<int> RunAsync(string[] args)
{
    switch (args)
    {
        case [ChildPeer.Argument]: return ChildProgram.Run();
        case ["floor", ..]: return await FloorRun.RunAsync();
        case ["hotpath", ..]: return HotPathRun.Run();
        case ["exitless", ..]: return await ExitlessRun.RunAsync();
        case ["emulator", ..]: return EmulatorRun.Run();
        case ["fairness", ..]: return await FairnessRun.RunAsync(args);
        case ["slices", ..]: return await SlicesRun.RunAsync(args);
        case ["async", ..]: return await AsyncRun.RunAsync(args);
        case ["scale", ..]: return await ScaleRun.RunAsync(args);
        case ["unpark", ..]: return UnparkRun.Run();
        case ["batch", ..]: return await BatchRun.RunAsync(args);
        case ["durable", ..]: return DurableRun.Run();
        case ["telemetry", ..]: return TelemetryRun.Run();
        case ["peers", .. string[] parts]: return PeersRun.Run(parts);
        case [LiveMemory.Argument, string peer]: return LiveMemory.Run(peer);
    }

    BenchmarkSwitcher.FromAssembly(typeof(FloorRun).Assembly).Run(args);
    return 0;
}
