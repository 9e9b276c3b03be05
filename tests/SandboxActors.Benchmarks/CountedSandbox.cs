using System.Diagnostics;
using SandboxActors.Core;
using SandboxActors.Emulator;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks;

/// <summary>A sandbox in software, with the count of its instructions.</summary>
internal sealed class CountedSandbox : IDisposable
{
    private readonly Recorder _recorder;

    public CountedSandbox(IHypervisor hypervisor, GuestImage image, ulong heapSize)
    {
        _recorder = new Recorder(hypervisor);
        Sandbox = new SandboxBuilder(_recorder, image).HeapSize(heapSize).Build();
    }

    public Sandbox Sandbox { get; }

    /// <summary>Runs something.</summary>
    /// <returns>Million instructions a second.</returns>
    public double Speed(Action<Sandbox> work)
    {
        ulong before = _recorder.Machine!.InstructionCount;
        long start = Stopwatch.GetTimestamp();
        work(Sandbox);
        return (_recorder.Machine.InstructionCount - before) / Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    public void Dispose() => Sandbox.Dispose();

    // Sees the machine that the sandbox is built on.
    private sealed class Recorder(IHypervisor hypervisor) : IHypervisor
    {
        public EmulatedMachine? Machine { get; private set; }

        public string Name => hypervisor.Name;

        public uint TimestampCounterKilohertz => hypervisor.TimestampCounterKilohertz;

        public IVirtualMachine CreateMachine(MachineOptions options) => Machine = (EmulatedMachine)hypervisor.CreateMachine(options);

        public void Dispose() => hypervisor.Dispose();
    }
}
