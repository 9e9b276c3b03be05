using System.Text;

namespace SandboxActors.Core.Debugging;

/// <summary>A connection on which packets come and go. For one user.</summary>
internal sealed class PacketStream(Stream stream)
{
    private static readonly byte[] Received = "+"u8.ToArray();
    private static readonly byte[] NotReceived = "-"u8.ToArray();

    // What a client of the protocol can begin with. A request of a web page, which any browser of this machine may be made to send, begins otherwise.
    private static readonly byte[] Beginnings = [(byte)'+', (byte)'-', (byte)'$', 3];

    private readonly PacketParser _parser = new();
    private readonly byte[] _buffer = new byte[4096];
    private int _next;
    private int _end;
    private byte[] _latest = [];
    private bool _hasBegun;

    /// <summary>Whether either side tells the other what has come through; not any more, when both have agreed so.</summary>
    public bool Acknowledges { get; set; } = true;

    /// <summary>Waits for what the client sends next. What was damaged is asked for again, and what did not come through sent again.</summary>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async Task<RemoteInput> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            while (_next < _end)
            {
                if (!_parser.TryComplete(_buffer[_next++], out RemoteInput input)) continue;
                switch (input.Kind)
                {
                    case RemoteInputKind.DamagedPacket:
                        if (Acknowledges) await stream.WriteAsync(NotReceived, cancellation).ConfigureAwait(false);
                        break;
                    case RemoteInputKind.NotReceived:
                        if (Acknowledges) await stream.WriteAsync(_latest, cancellation).ConfigureAwait(false);
                        break;
                    case RemoteInputKind.Packet:
                        if (Acknowledges) await stream.WriteAsync(Received, cancellation).ConfigureAwait(false);
                        return input;
                    default:
                        return input;
                }
            }

            (_next, _end) = (0, await stream.ReadAsync(_buffer, cancellation).ConfigureAwait(false));
            if (_end == 0 || (!_hasBegun && !Beginnings.Contains(_buffer[0]))) return new RemoteInput(RemoteInputKind.End);
            _hasBegun = true;
        }
    }

    /// <summary>Sends a packet.</summary>
    /// <param name="body">ASCII.</param>
    /// <param name="cancellation">Breaks off.</param>
    /// <exception cref="IOException">The connection is broken.</exception>
    public async Task WriteAsync(string body, CancellationToken cancellation)
    {
        _latest = Encode(body);
        await stream.WriteAsync(_latest, cancellation).ConfigureAwait(false);
    }

    /// <summary>A packet as it is sent.</summary>
    /// <param name="body">ASCII.</param>
    internal static byte[] Encode(string body)
    {
        var packet = new StringBuilder(body.Length + 4).Append('$');
        foreach (char character in body)
        {
            if (character is '#' or '$' or '}' or '*') packet.Append('}').Append((char)(character ^ 0x20));
            else packet.Append(character);
        }

        int sum = 0;
        for (int i = 1; i < packet.Length; i++) sum += packet[i];
        return Encoding.ASCII.GetBytes(packet.Append('#').Append(((byte)sum).ToString("x2", System.Globalization.CultureInfo.InvariantCulture)).ToString());
    }
}
