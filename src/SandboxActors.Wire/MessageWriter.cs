using System.Diagnostics.CodeAnalysis;
using SandboxActors.Wire.Codec;

namespace SandboxActors.Wire;

/// <summary>
/// Writes messages for the other side: size-prefixed FlatBuffers, straight to where they belong, or into a buffer of its own that grows to the
/// largest of them. A message allocates nothing once the buffer is large enough; letting go of the writer frees it. Not thread-safe.
/// </summary>
public sealed partial class MessageWriter
{
    private const int InitialCapacity = 512;

    /// <summary>More than a message has besides text and bytes: tables of 64 parameters, vtables, padding, root. A test measures it.</summary>
    internal const int StructureLength = 8 << 10;

    // Of results by their type, the same for everyone; who comes at the same time as another makes the same.
    private static readonly MessageTemplate?[] Returns = new MessageTemplate?[(int)GuestValueType.Bytes + 1];

    private readonly CallTemplates _templates = new();
    private byte[] _buffer = [];

    /// <summary>Writes a call.</summary>
    /// <param name="name">The function's name: 1 to <see cref="WireLimits.MaximumNameLength"/> bytes of UTF-8.</param>
    /// <param name="returnType">The type of result expected.</param>
    /// <param name="parameters">The parameters, at most <see cref="WireLimits.MaximumParameters"/>; none void.</param>
    /// <returns>The message with its 4-byte size prefix; valid until this writer writes again.</returns>
    /// <exception cref="ArgumentException">
    /// The name is empty or too long, the parameters are too many, one is void, a text is not valid UTF-16, or all together is longer than
    /// <see cref="WireLimits.MaximumMessageLength"/>.
    /// </exception>
    public ReadOnlySpan<byte> WriteCall(string name, GuestValueType returnType, ReadOnlySpan<GuestValue> parameters)
    {
        if (!TryWriteCall(_buffer, name, returnType, parameters, out int length)) TryWriteCall(Room(length), name, returnType, parameters, out _);
        return Room(length);
    }

    /// <summary>Writes a call to the start of a span, if it fits.</summary>
    /// <param name="target">Where to. Nothing behind the message is written, and nothing at all if it does not fit.</param>
    /// <param name="name">The function's name.</param>
    /// <param name="returnType">The type of result expected.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="length">The message's bytes, 4 of size prefix included, whether they fit or not.</param>
    /// <returns>Whether it fits.</returns>
    /// <inheritdoc cref="WriteCall(string, GuestValueType, ReadOnlySpan{GuestValue})" path="/exception"/>
    public bool TryWriteCall(Span<byte> target, string name, GuestValueType returnType, ReadOnlySpan<GuestValue> parameters, out int length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        if (_templates.Find(name, returnType, parameters) is { } template)
        {
            length = template.Length;
            return template.TryWrite(target, parameters);
        }

        int nameLength = Utf8Text.Length(name, nameof(name));
        if (nameLength > WireLimits.MaximumNameLength)
            throw new ArgumentException($"The name has {nameLength} bytes of UTF-8; {WireLimits.MaximumNameLength} are the most.", nameof(name));
        if (returnType > GuestValueType.Bytes) throw new ArgumentOutOfRangeException(nameof(returnType), returnType, "This is no type.");
        if (parameters.Length > WireLimits.MaximumParameters)
            throw new ArgumentException($"A call has at most {WireLimits.MaximumParameters} parameters, not {parameters.Length}.", nameof(parameters));
        WriterScratch scratch = WriterScratch.OfThread;
        long payload = nameLength;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Type == GuestValueType.Void) throw new ArgumentException($"Parameter {i} is void.", nameof(parameters));
            payload += scratch.Payloads[i] = ValueWriter.PayloadLength(parameters[i], nameof(parameters));
        }

        CheckPayload(payload, nameof(parameters));
        length = WriteCall(default, name, nameLength, returnType, parameters);
        if (length > target.Length) return false;
        WriteCall(target[..length], name, nameLength, returnType, parameters);
        if (!_templates.Wants(name, parameters)) return true;
        byte[] message = new byte[length];
        WriteCall(message, name, nameLength, returnType, parameters);
        _templates.Keep(name, returnType, new MessageTemplate(message, parameters, scratch.Numbers));
        return true;
    }

    /// <summary>Writes the result of a function that ran to its end.</summary>
    /// <returns>The message with its 4-byte size prefix; valid until this writer writes again.</returns>
    /// <exception cref="ArgumentException">It is not valid UTF-16, or longer than <see cref="WireLimits.MaximumMessageLength"/>.</exception>
    public ReadOnlySpan<byte> WriteReturn(GuestValue value)
    {
        if (!TryWriteReturn(_buffer, value, out int length)) TryWriteReturn(Room(length), value, out _);
        return Room(length);
    }

    /// <summary>Writes the result of a function that ran to its end to the start of a span, if it fits.</summary>
    /// <param name="target">Where to. Nothing behind the message is written, and nothing at all if it does not fit.</param>
    /// <param name="value">The result.</param>
    /// <param name="length">The message's bytes, 4 of size prefix included, whether they fit or not.</param>
    /// <returns>Whether it fits.</returns>
    /// <inheritdoc cref="WriteReturn(GuestValue)" path="/exception"/>
    [SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "A writer writes all messages the same way.")]
    public bool TryWriteReturn(Span<byte> target, GuestValue value, out int length)
    {
        ReadOnlySpan<GuestValue> values = [value];
        if (MessageTemplate.IsFor(values))
        {
            MessageTemplate template = Returns[(int)value.Type] ??= TemplateOf(value);
            length = template.Length;
            return template.TryWrite(target, values);
        }

        int payload = ValueWriter.PayloadLength(value, nameof(value));
        CheckPayload(payload, nameof(value));
        length = WriteReturn(default, value, payload, out _);
        if (length > target.Length) return false;
        WriteReturn(target[..length], value, payload, out _);
        return true;
    }

    /// <summary>Writes the error of a function that failed.</summary>
    /// <param name="code">One of <see cref="GuestErrorCode"/>, or a number of the caller's own.</param>
    /// <param name="message">What went wrong. It may come from anywhere, so what UTF-8 cannot carry becomes U+FFFD.</param>
    /// <returns>The message with its 4-byte size prefix; valid until this writer writes again.</returns>
    /// <exception cref="ArgumentException">The text is longer than <see cref="WireLimits.MaximumMessageLength"/>.</exception>
    public ReadOnlySpan<byte> WriteError(int code, string message)
    {
        ArgumentNullException.ThrowIfNull(message);
        message = Utf8Text.Repair(message);
        int payload = Utf8Text.Length(message, nameof(message));
        CheckPayload(payload, nameof(message));
        int length = WriteError(default, code, message, payload);
        Span<byte> target = Room(length);
        WriteError(target, code, message, payload);
        return target;
    }

    /// <summary>Writes a log message.</summary>
    /// <returns>The message with its 4-byte size prefix; valid until this writer writes again.</returns>
    /// <exception cref="ArgumentException">
    /// The level is no level of a message, a text is missing or not valid UTF-16, or all texts together are longer than
    /// <see cref="WireLimits.MaximumMessageLength"/>.
    /// </exception>
    public ReadOnlySpan<byte> WriteLog(GuestLogRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (record.Level > GuestLogLevel.Critical) throw new ArgumentException($"{record.Level} is no level of a message.", nameof(record));
        CheckPayload(LogPayload(record), nameof(record));
        Span<byte> target = Room(WriteLog(default, record));
        WriteLog(target, record);
        return target;
    }
}
