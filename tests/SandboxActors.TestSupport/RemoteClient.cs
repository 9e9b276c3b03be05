using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace SandboxActors.TestSupport;

/// <summary>A client of gdb's remote protocol that says what a test wants, right or wrong.</summary>
public sealed class RemoteClient : IDisposable
{
    /// <summary>What stops a guest that runs.</summary>
    public const string Interrupt = "\u0003";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly TcpClient _connection = new() { NoDelay = true };
    private readonly NetworkStream _stream;

    /// <summary>Connects.</summary>
    public RemoteClient(IPEndPoint target)
    {
        _connection.Connect(target);
        _stream = _connection.GetStream();
        _stream.ReadTimeout = (int)Patience.TotalMilliseconds;
    }

    /// <summary>Sends a packet and waits for the answer.</summary>
    public string Ask(string body)
    {
        Send(body);
        return Receive();
    }

    /// <summary>Sends a packet.</summary>
    public void Send(string body) => SendRaw(Packet(body));

    /// <summary>Sends characters as they are, each below 256.</summary>
    public void SendRaw(string characters) => SendRaw(Encoding.Latin1.GetBytes(characters));

    /// <summary>Sends bytes as they are.</summary>
    public void SendRaw(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

    /// <summary>The body of the next packet that comes, which is acknowledged; what is in front of it is passed over.</summary>
    /// <exception cref="IOException">The other side has closed the connection, or nothing came.</exception>
    public string Receive()
    {
        var body = new StringBuilder();
        while (Next() != '$')
        {
        }

        for (char next = Next(); next != '#'; next = Next()) body.Append(next);
        int sum = body.ToString().Sum(character => character) & byte.MaxValue;
        Assert.Equal(sum.ToString("x2", CultureInfo.InvariantCulture), string.Concat(Next(), Next()));
        Acknowledge();
        return body.ToString();
    }

    // Of its last packet a side that goes does not wait to hear.
    private void Acknowledge()
    {
        try
        {
            SendRaw("+");
        }
        catch (IOException)
        {
            return;
        }
    }

    /// <summary>The next character that comes, packet or not.</summary>
    public char Next()
    {
        int next = _stream.ReadByte();
        return next < 0 ? throw new IOException("The connection was closed.") : (char)next;
    }

    /// <summary>The value of a register, by its number.</summary>
    public ulong Register(int number)
    {
        byte[] bytes = Convert.FromHexString(Ask($"p{number:x}"));
        return bytes.Length == sizeof(uint) ? BitConverter.ToUInt32(bytes) : BitConverter.ToUInt64(bytes);
    }

    /// <summary>A packet as it is sent; its body must need no escapes.</summary>
    public static string Packet(string body) => $"${body}#{(byte)body.Sum(character => character):x2}";

    /// <inheritdoc />
    public void Dispose() => _connection.Dispose();
}
