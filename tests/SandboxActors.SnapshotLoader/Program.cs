using SandboxActors.Core;
using SandboxActors.Emulator;
using SandboxActors.Kvm;
using SandboxActors.Machine;

// SandboxActors.SnapshotLoader BACKEND DIRECTORY: loads the snapshot of a simple guest and calls on. It has nothing of the guest but that directory.
using IHypervisor hypervisor = args[0] == "kvm" ? KvmHypervisor.Open() : new EmulatedHypervisor();
Snapshot snapshot = Snapshot.Load(args[1]);
using Sandbox sandbox = new SandboxBuilder(hypervisor, snapshot.Image).HostFunction("HostAdd", (int a, int b) => a + b).Fork(snapshot);
Console.WriteLine(sandbox.Call<int>("AddToStatic", 1));
Console.WriteLine(sandbox.Call<string>("Echo", "called on"));
Console.WriteLine(sandbox.Call<int>("Add", 20, 22));
