using BenchmarkDotNet.Running;
using SandboxActors.Benchmarks;

// `-- floor` is a short run against the bare ioctl loop; everything else is BenchmarkDotNet's (`-- --filter *Call*`, `-- --list flat`).
if (args is ["floor", ..]) return await FloorRun.RunAsync();
BenchmarkSwitcher.FromAssembly(typeof(FloorRun).Assembly).Run(args);
return 0;
