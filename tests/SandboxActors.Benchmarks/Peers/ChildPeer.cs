using System.Diagnostics;
using System.Text;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>A process for each sandbox, spoken to over pipes. What it may do is not confined: this is what the bare process costs.</summary>
internal sealed class ChildPeer : IPeer
{
    public const string Argument = "peers-child";

    public IPeerSandbox Create() => new Guest();

    public void Dispose()
    {
    }

    private sealed class Guest : IPeerSandbox
    {
        private readonly byte[] _text = new byte[ChildMessage.LargestContent];
        private Process _process;
        private ChildChannel _channel;

        public Guest() => (_process, _channel) = Start();

        public int Add(int first, int second) => Ask(ChildMessageKind.Add, first, second).Numbers.First;

        public int AddOnHost(int first, int second)
        {
            _channel.Send(ChildMessageKind.AddOnHost, first, second);
            ChildMessage asked = Receive(ChildMessageKind.AddOnHost);
            return Ask(ChildMessageKind.Answer, asked.Numbers.First + asked.Numbers.Second).Numbers.First;
        }

        public string Echo(string text)
        {
            int length = Encoding.UTF8.GetBytes(text, _text);
            _channel.Send(ChildMessageKind.Echo, _text.AsSpan(0, length));
            return Encoding.UTF8.GetString(Receive(ChildMessageKind.Answer).Content.Span);
        }

        public int Count() => Ask(ChildMessageKind.Count, 0).Numbers.First;

        public void Restore()
        {
            Dispose();
            (_process, _channel) = Start();
        }

        public void Spin(Action spinning)
        {
            _channel.Send(ChildMessageKind.Spin, []);
            Receive(ChildMessageKind.Spin);
            spinning();
            if (_channel.Receive() is not null) throw new InvalidDataException("A child that spins said something.");
            _process.WaitForExit();
        }

        public void Kill() => _process.Kill();

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _channel.Dispose();
            _process.Dispose();
        }

        private ChildMessage Ask(ChildMessageKind kind, int first, int second = 0)
        {
            _channel.Send(kind, first, second);
            return Receive(ChildMessageKind.Answer);
        }

        private ChildMessage Receive(ChildMessageKind kind) => Receive(_channel, kind);

        private static (Process Process, ChildChannel Channel) Start()
        {
            Process process = ThisProgram.Start(Argument);
            var channel = new ChildChannel(process.StandardOutput.BaseStream, process.StandardInput.BaseStream);
            Receive(channel, ChildMessageKind.Ready);
            return (process, channel);
        }

        private static ChildMessage Receive(ChildChannel channel, ChildMessageKind kind)
        {
            ChildMessage message = channel.Receive() ?? throw new InvalidDataException("The child is gone.");
            return message.Kind == kind ? message : throw new InvalidDataException($"The child said '{message.Kind}' for '{kind}'.");
        }
    }
}
