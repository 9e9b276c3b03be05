using Acornima.Ast;
using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>Jint: JavaScript interpreted in .NET. Its script is parsed once for all.</summary>
internal sealed class JintPeer : IPeer
{
    private readonly Prepared<Script> _script = Engine.PrepareScript(JavaScript.Guest);

    public IPeerSandbox Create() => new Guest(_script);

    public void Dispose()
    {
    }

    private sealed class Guest : IPeerSandbox
    {
        private readonly Prepared<Script> _script;
        private CancellationTokenSource _killed = new();
        private Engine _engine;
        private JsValue? _add, _addOnHost, _echo;
        private Action? _spinning;

        public Guest(Prepared<Script> script)
        {
            _script = script;
            _engine = NewEngine();
        }

        public int Add(int first, int second) => Integer(_engine.Call(_add ??= _engine.GetValue("add"), [first, second]));

        public int AddOnHost(int first, int second) => Integer(_engine.Call(_addOnHost ??= _engine.GetValue("addOnHost"), [first, second]));

        public string Echo(string text) => _engine.Call(_echo ??= _engine.GetValue("echo"), [text]).AsString();

        public int Count() => Integer(_engine.Call(_engine.GetValue("count"), []));

        public void Restore()
        {
            _add = _addOnHost = _echo = null;
            _engine.Dispose();
            _killed.Dispose();
            _killed = new CancellationTokenSource();
            _engine = NewEngine();
        }

        public void Spin(Action spinning)
        {
            _spinning = spinning;
            try
            {
                _engine.Call(_engine.GetValue("spin"), []);
            }
            catch (ExecutionCanceledException)
            {
                // As asked.
            }
        }

        public void Kill() => _killed.Cancel();

        public void Dispose()
        {
            _engine.Dispose();
            _killed.Dispose();
        }

        private Engine NewEngine()
        {
            var engine = new Engine(options => options.CancellationToken(_killed.Token));
            engine.SetValue("hostAdd", new ClrFunction(engine, "hostAdd", static (_, arguments) => Integer(arguments[0]) + Integer(arguments[1])));
            engine.SetValue("hostSpinning", new ClrFunction(engine, "hostSpinning", (_, _) =>
            {
                _spinning?.Invoke();
                return JsValue.Undefined;
            }));
            return engine.Execute(_script);
        }

        private static int Integer(JsValue value) => (int)value.AsNumber();
    }
}
