using Microsoft.ClearScript;
using Microsoft.ClearScript.V8;
using Microsoft.ClearScript.V8.FastProxy;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>V8 by ClearScript: an isolate for each sandbox, a context in it for each state.</summary>
internal sealed class V8Peer : IPeer
{
    // Loads the library, or says why not.
    public V8Peer() => new V8Runtime().Dispose();

    public IPeerSandbox Create() => new Guest();

    public void Dispose()
    {
    }

    private sealed class Guest : IPeerSandbox
    {
        private readonly V8Runtime _runtime = new();
        private readonly V8Script _script;
        private readonly V8FastHostFunction _hostAdd;
        private readonly V8FastHostFunction _hostSpinning;
        private V8ScriptEngine _engine;
        private Action? _spinning;

        public Guest()
        {
            _script = _runtime.Compile(JavaScript.Guest);
            _hostAdd = new V8FastHostFunction(2, static (bool _, in V8FastArgs arguments, in V8FastResult result) =>
                result.Set(arguments.GetInt32(0) + arguments.GetInt32(1)));
            _hostSpinning = new V8FastHostFunction(0, (bool _, in V8FastArgs _, in V8FastResult _) => _spinning?.Invoke());
            _engine = NewEngine();
        }

        // By name: going through the function's object is thirty times slower.
        public int Add(int first, int second) => (int)_engine.Invoke("add", first, second);

        public int AddOnHost(int first, int second) => (int)_engine.Invoke("addOnHost", first, second);

        public string Echo(string text) => (string)_engine.Invoke("echo", text);

        public int Count() => (int)_engine.Invoke("count");

        public void Restore()
        {
            _engine.Dispose();
            _engine = NewEngine();
        }

        public void Spin(Action spinning)
        {
            _spinning = spinning;
            try
            {
                _engine.Invoke("spin");
            }
            catch (ScriptInterruptedException)
            {
                // As asked.
            }
        }

        public void Kill() => _engine.Interrupt();

        public void Dispose()
        {
            _engine.Dispose();
            _script.Dispose();
            _runtime.Dispose();
        }

        private V8ScriptEngine NewEngine()
        {
            V8ScriptEngine engine = _runtime.CreateScriptEngine();
            engine.Global["hostAdd"] = _hostAdd;
            engine.Global["hostSpinning"] = _hostSpinning;
            engine.Execute(_script);
            return engine;
        }
    }
}
