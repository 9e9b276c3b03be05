using BenchmarkDotNet.Running;
using SandboxActors.Benchmarks;

// `-- floor` is a short run against the bare ioctl loop, `-- emulator` one of the processor in software against KVM; everything else is BenchmarkDotNet's (`-- --filter *Call*`, `-- --list flat`).
if (args is ["floor", ..]) return await FloorRun.RunAsync();
if (args is ["emulator", ..]) return EmulatorRun.Run();
BenchmarkSwitcher.FromAssembly(typeof(FloorRun).Assembly).Run(args);
return 0;
