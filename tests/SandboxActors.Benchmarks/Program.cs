using BenchmarkDotNet.Running;
using SandboxActors.Benchmarks;

// Short runs: `-- floor` against the bare ioctl loop, `-- hotpath` what the host does for a call beside the exit, `-- exitless` calls that need none,
// `-- emulator` the processor in software against KVM, `-- fairness` short calls beside guests that spin, `-- slices` what time slices cost, `-- async`
// thousands of calls that wait, `-- batch` what batches gain. Everything else is BenchmarkDotNet's (`-- --filter *Call*`, `-- --list flat`).
if (args is ["floor", ..]) return await FloorRun.RunAsync();
if (args is ["hotpath", ..]) return HotPathRun.Run();
if (args is ["exitless", ..]) return await ExitlessRun.RunAsync();
if (args is ["emulator", ..]) return EmulatorRun.Run();
if (args is ["fairness", ..]) return await FairnessRun.RunAsync(args);
if (args is ["slices", ..]) return await SlicesRun.RunAsync(args);
if (args is ["async", ..]) return await AsyncRun.RunAsync(args);
if (args is ["batch", ..]) return await BatchRun.RunAsync(args);
BenchmarkSwitcher.FromAssembly(typeof(FloorRun).Assembly).Run(args);
return 0;
