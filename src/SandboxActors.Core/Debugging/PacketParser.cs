namespace SandboxActors.Core.Debugging;

/// <summary>
/// Finds packets of gdb's remote protocol in bytes that may be anything: <c>$body#checksum</c>, with escapes in the body. What is between packets and means
/// nothing is passed over; what does not fit is dropped up to its end.
/// </summary>
internal sealed class PacketParser
{
    /// <summary>The longest body, in bytes.</summary>
    public const int MaximumLength = 16 << 10;

    private const byte Start = (byte)'$';
    private const byte End = (byte)'#';
    private const byte Escape = (byte)'}';
    private const byte EscapeMask = 0x20;
    private const byte InterruptByte = 3;
    private const byte NotReceivedByte = (byte)'-';

    private readonly byte[] _body = new byte[MaximumLength];
    private Part _part;
    private int _length;
    private byte _sum;
    private byte _told;
    private bool _isEscaped;
    private bool _isDamaged;

    private enum Part
    {
        Between,
        Body,
        FirstDigit,
        SecondDigit,
    }

    /// <summary>Takes the next byte.</summary>
    /// <param name="value">The byte.</param>
    /// <param name="input">What it completes.</param>
    /// <returns>Whether it completes anything.</returns>
    public bool TryComplete(byte value, out RemoteInput input)
    {
        input = default;
        switch (_part)
        {
            case Part.Body when value == End:
                _part = Part.FirstDigit;
                return false;
            case Part.Body when value != Start:
                Take(value);
                return false;
            case Part.FirstDigit:
                _told = Digit(value);
                _part = Part.SecondDigit;
                return false;
            case Part.SecondDigit:
                _told = (byte)((_told << 4) | Digit(value));
                _part = Part.Between;
                bool isWhole = !_isDamaged && !_isEscaped && _told == _sum;
                input = isWhole ? new RemoteInput(RemoteInputKind.Packet, _body.AsMemory(0, _length)) : new RemoteInput(RemoteInputKind.DamagedPacket);
                return true;
            default:
                return TryCompleteBetween(value, out input);
        }
    }

    private bool TryCompleteBetween(byte value, out RemoteInput input)
    {
        input = default;
        switch (value)
        {
            case Start: // also in the middle of a packet, where it can only be the next one's
                (_part, _length, _sum, _isEscaped, _isDamaged) = (Part.Body, 0, 0, false, false);
                return false;
            case InterruptByte:
                input = new RemoteInput(RemoteInputKind.Interrupt);
                return true;
            case NotReceivedByte:
                input = new RemoteInput(RemoteInputKind.NotReceived);
                return true;
            default:
                return false;
        }
    }

    private void Take(byte value)
    {
        _sum = unchecked((byte)(_sum + value));
        if (value == Escape && !_isEscaped)
        {
            _isEscaped = true;
            return;
        }

        if (_length == MaximumLength)
        {
            _isDamaged = true;
            return;
        }

        _body[_length++] = _isEscaped ? (byte)(value ^ EscapeMask) : value;
        _isEscaped = false;
    }

    private byte Digit(byte value)
    {
        if (char.IsAsciiHexDigit((char)value)) return (byte)Convert.ToInt32(((char)value).ToString(), fromBase: 16);
        _isDamaged = true;
        return 0;
    }
}
