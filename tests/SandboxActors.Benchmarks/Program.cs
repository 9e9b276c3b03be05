using BenchmarkDotNet.Running;
using SandboxActors.Benchmarks;
using SandboxActors.Benchmarks.Peers;
using SandboxActors.Benchmarks.Scale;

// Short runs: `-- floor` against the bare ioctl loop, `-- hotpath` the host's own part of a call, `-- exitless` calls that need no exit, `-- emulator` the
// processor in software against KVM, `-- fairness` short calls beside guests that spin, `-- slices` what time slices cost, `-- async` thousands of calls
// that wait, `-- batch` what batches gain, `-- scale` thousands alive and a hundred thousand parked, `-- unpark` a call of one of these, `-- durable` what
// saving and loading snapshots costs, `-- telemetry` what meter and spans cost, `-- peers` the same work by others. Everything else is BenchmarkDotNet's (`-- --filter *Call*`, `-- --list flat`).
if (args is [ChildPeer.Argument]) return ChildProgram.Run();
if (args is ["floor", ..]) return await FloorRun.RunAsync();
if (args is ["hotpath", ..]) return HotPathRun.Run();
if (args is ["exitless", ..]) return await ExitlessRun.RunAsync();
if (args is ["emulator", ..]) return EmulatorRun.Run();
if (args is ["fairness", ..]) return await FairnessRun.RunAsync(args);
if (args is ["slices", ..]) return await SlicesRun.RunAsync(args);
if (args is ["async", ..]) return await AsyncRun.RunAsync(args);
if (args is ["scale", ..]) return await ScaleRun.RunAsync(args);
if (args is ["unpark", ..]) return UnparkRun.Run();
if (args is ["batch", ..]) return await BatchRun.RunAsync(args);
if (args is ["durable", ..]) return DurableRun.Run();
if (args is ["telemetry", ..]) return TelemetryRun.Run();
if (args is ["peers", .. string[] parts]) return PeersRun.Run(parts);
if (args is [LiveMemory.Argument, string peer]) return LiveMemory.Run(peer);
BenchmarkSwitcher.FromAssembly(typeof(FloorRun).Assembly).Run(args);
return 0;
