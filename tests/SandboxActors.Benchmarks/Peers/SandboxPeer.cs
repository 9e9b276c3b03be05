using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>Sandboxes of this project, on a machine of any kind. Takes the hypervisor over.</summary>
internal sealed class SandboxPeer : IPeer
{
    // For a text of 64 KiB and what goes around it.
    private const ulong BufferSize = 72 << 10;

    private readonly IHypervisor _hypervisor;
    private readonly GuestImage _image = GuestImage.FromFile(GuestFiles.Path("peers"));

    public SandboxPeer(IHypervisor hypervisor) => _hypervisor = hypervisor;

    public IPeerSandbox Create() => new Guest(_hypervisor, _image);

    public void Dispose() => _hypervisor.Dispose();

    private sealed class Guest : IPeerSandbox
    {
        private readonly Sandbox _sandbox;
        private Snapshot? _clean;
        private Action? _spinning;

        public Guest(IHypervisor hypervisor, GuestImage image) =>
            _sandbox = new SandboxBuilder(hypervisor, image)
                .InputBufferSize(BufferSize)
                .OutputBufferSize(BufferSize)
                .HostFunction("Add", static (int first, int second) => first + second)
                .HostFunction("Spinning", () => _spinning?.Invoke())
                .Build();

        public int Add(int first, int second) => _sandbox.Call<int>("Add", first, second);

        public int AddOnHost(int first, int second) => _sandbox.Call<int>("AddOnHost", first, second);

        public string Echo(string text) => _sandbox.Call<string>("Echo", text);

        public int Count()
        {
            _clean ??= _sandbox.Snapshot();
            return _sandbox.Call<int>("Count");
        }

        public void Restore() => _sandbox.Restore(_clean ?? throw new InvalidOperationException("Nothing was changed yet."));

        public void Spin(Action spinning)
        {
            _clean ??= _sandbox.Snapshot();
            _spinning = spinning;
            try
            {
                _sandbox.Call("Spin");
            }
            catch (GuestKilledException)
            {
                // As asked.
            }
        }

        public void Kill() => _ = _sandbox.InterruptHandle.Kill();

        public void Dispose() => _sandbox.Dispose();
    }
}
