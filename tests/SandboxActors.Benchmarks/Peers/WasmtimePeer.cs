using System.Text;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>Instances of Wasmtime, each in a store of its own.</summary>
internal sealed class WasmtimePeer : IPeer
{
    /// <summary>Of an instance, in bytes.</summary>
    public const int MemorySize = 256 << 10;

    /// <summary>A pool, and all of a memory put back by copying: the cheapest for one as small as this.</summary>
    public static readonly WasmtimeSettings Tuned = WasmtimeSettings.Pooled(MemorySize, keepResident: MemorySize);

    private readonly WasmtimeEngine _engine;

    public WasmtimePeer(WasmtimeSettings settings) => _engine = new WasmtimeEngine(settings, WasmModule.Work);

    public IPeerSandbox Create() => new Guest(_engine);

    public void Dispose() => _engine.Dispose();

    private sealed unsafe class Guest : IPeerSandbox
    {
        private readonly WasmtimeEngine _engine;
        private WasmtimeInstance _instance;
        private WasmItem _memory, _add, _addOnHost, _echo;

        public Guest(WasmtimeEngine engine)
        {
            _engine = engine;
            _instance = new WasmtimeInstance(engine);
            Resolve();
        }

        public int Add(int first, int second) => (int)_instance.Call(in _add, first, second);

        public int AddOnHost(int first, int second) => (int)_instance.Call(in _addOnHost, first, second);

        public string Echo(string text)
        {
            byte* memory = _instance.Data(in _memory);
            int length = Encoding.UTF8.GetBytes(text, new Span<byte>(memory + WasmModule.EchoFrom, WasmModule.EchoTo - WasmModule.EchoFrom));
            _instance.Call(in _echo, length);
            return Encoding.UTF8.GetString(memory + WasmModule.EchoTo, length);
        }

        public int Count() => (int)_instance.Call(_instance.Export("count"u8));

        public void Restore()
        {
            _instance.Dispose();
            _instance = new WasmtimeInstance(_engine);
            Resolve();
        }

        public void Spin(Action spinning)
        {
            WasmtimeEngine.WhenSpinning = spinning;
            try
            {
                _instance.Call(_instance.Export("spin"u8));
            }
            catch (WasmtimeException exception) when (exception.Interrupted)
            {
                // As asked.
            }
        }

        public void Kill() => _engine.Interrupt();

        public void Dispose() => _instance.Dispose();

        private void Resolve()
        {
            _memory = _instance.Export("memory"u8);
            _add = _instance.Export("add"u8);
            _addOnHost = _instance.Export("add_on_host"u8);
            _echo = _instance.Export("echo"u8);
        }
    }
}
