using SandboxActors.Emulator;
using SandboxActors.Kvm;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>One column: what it is called, and how it is made.</summary>
/// <param name="Name">In the figures' names.</param>
/// <param name="Title">For people.</param>
/// <param name="Make">Loads and compiles whatever its sandboxes share. Throws <see cref="PeerAbsentException"/> where it cannot run.</param>
/// <param name="Live">How many are alive at once when their memory is measured.</param>
/// <param name="LivesInThisProcess">Whether its sandboxes' memory is this process's.</param>
internal sealed record PeerKind(string Name, string Title, Func<IPeer> Make, int Live = PeerKind.Many, bool LivesInThisProcess = true)
{
    /// <summary>How many are alive at once when their memory is measured, where a machine like this one bears it.</summary>
    public const int Many = 1_000;

    public static IReadOnlyList<PeerKind> All { get; } =
    [
        new("kvm", "Ours, KVM", MakeKvm),
        new("emulator", "Ours, emulator", () => new SandboxPeer(new EmulatedHypervisor())),
        new("wasmtime", "Wasmtime", () => new WasmtimePeer(WasmtimeSettings.Default)),
        new("wasmtime_tuned", "Wasmtime, tuned", () => new WasmtimePeer(WasmtimePeer.Tuned)),
        new("v8", "V8 (ClearScript)", () => new V8Peer()),
        new("jint", "Jint", () => new JintPeer()),
        new("child", "Child process", () => new ChildPeer(), Live: 20, LivesInThisProcess: false),
    ];

    private static SandboxPeer MakeKvm()
    {
        KvmAvailability kvm = KvmHypervisor.Probe();
        return kvm.IsUsable ? new SandboxPeer(KvmHypervisor.Open()) : throw new PeerAbsentException(kvm.Reason);
    }
}
