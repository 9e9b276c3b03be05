using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>A sandbox of this project and a snapshot of it.</summary>
internal sealed class SandboxCycle : ICycle
{
    // For what the heap itself needs, and for the first page to be aligned.
    private const ulong Spare = 64 << 10;

    private readonly Sandbox _sandbox;
    private readonly Snapshot _snapshot;

    /// <param name="hypervisor">What it runs on.</param>
    /// <param name="size">Of the memory that is filled, in bytes.</param>
    public SandboxCycle(IHypervisor hypervisor, int size)
    {
        GuestImage image = GuestImage.FromFile(GuestFiles.Path("peers"));
        _sandbox = new SandboxBuilder(hypervisor, image).HeapSize((ulong)size + Spare).Build();
        _sandbox.Call("PreparePages", (uint)(size / WasmModule.PageSize));
        _snapshot = _sandbox.Snapshot();
    }

    public long CallAndRestore(int pages, int apart)
    {
        ulong sum = _sandbox.Call<ulong>("WritePages", (uint)pages, (uint)apart);
        _sandbox.Restore(_snapshot);
        return (long)sum;
    }

    public void Dispose() => _sandbox.Dispose();
}
