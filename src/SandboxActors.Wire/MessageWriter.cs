using Google.FlatBuffers;
using SandboxActors.Wire.Codec;

namespace SandboxActors.Wire;

/// <summary>
/// Writes messages for the other side: size-prefixed FlatBuffers. One buffer serves all messages of a writer and grows to the largest of them, so
/// that
/// a message allocates nothing once the buffer is large enough; letting go of the writer frees it. Not thread-safe.
/// </summary>
public sealed class MessageWriter
{
    private const int InitialCapacity = 512;

    /// <summary>More than a message has besides text and bytes: tables of 64 parameters, vtables, padding, root. A test measures it.</summary>
    internal const int StructureLength = 8 << 10;

    private FlatBufferBuilder _builder = NewBuilder(InitialCapacity);

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
        ArgumentException.ThrowIfNullOrEmpty(name);
        long payload = Utf8Text.Length(name, nameof(name));
        if (payload > WireLimits.MaximumNameLength)
            throw new ArgumentException($"The name has {payload} bytes of UTF-8; {WireLimits.MaximumNameLength} are the most.", nameof(name));
        if (returnType > GuestValueType.Bytes) throw new ArgumentOutOfRangeException(nameof(returnType), returnType, "This is no type.");
        if (parameters.Length > WireLimits.MaximumParameters)
            throw new ArgumentException($"A call has at most {WireLimits.MaximumParameters} parameters, not {parameters.Length}.", nameof(parameters));
        for (int i = 0; i < parameters.Length; i++)
        {
            if (parameters[i].Type == GuestValueType.Void) throw new ArgumentException($"Parameter {i} is void.", nameof(parameters));
            payload += ValueWriter.PayloadLength(parameters[i], nameof(parameters));
        }

        Begin(payload, nameof(parameters));
        int nameOffset = _builder.CreateString(name).Value;
        int vectorOffset = WriteParameters(parameters);
        _builder.StartTable(WireFields.FunctionCall.Count);
        _builder.AddOffset(WireFields.FunctionCall.Name, nameOffset, 0);
        _builder.AddOffset(WireFields.FunctionCall.Parameters, vectorOffset, 0);
        _builder.AddByte(WireFields.FunctionCall.ReturnType, (byte)returnType, 0);
        return Finish(_builder.EndTable());
    }

    /// <summary>Writes the result of a function that ran to its end.</summary>
    /// <returns>The message with its 4-byte size prefix; valid until this writer writes again.</returns>
    /// <exception cref="ArgumentException">It is not valid UTF-16, or longer than <see cref="WireLimits.MaximumMessageLength"/>.</exception>
    public ReadOnlySpan<byte> WriteReturn(GuestValue value)
    {
        Begin(ValueWriter.PayloadLength(value, nameof(value)), nameof(value));
        int table = ValueWriter.Write(_builder, value);
        _builder.StartTable(WireFields.FunctionReturn.Count);
        _builder.AddOffset(WireFields.FunctionReturn.Value, table, 0);
        _builder.AddByte(WireFields.FunctionReturn.ValueTag, (byte)ValueWriter.Tag(value), 0);
        return FinishResult(OutcomeTag.FunctionReturn, _builder.EndTable());
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
        Begin(Utf8Text.Length(message, nameof(message)), nameof(message));
        int text = _builder.CreateString(message).Value;
        _builder.StartTable(WireFields.FunctionError.Count);
        _builder.AddOffset(WireFields.FunctionError.Message, text, 0);
        _builder.AddInt(WireFields.FunctionError.Code, code, 0);
        return FinishResult(OutcomeTag.FunctionError, _builder.EndTable());
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
        Begin(LogPayload(record), nameof(record));
        int message = _builder.CreateString(record.Message).Value;
        int source = _builder.CreateString(record.Source).Value;
        int function = _builder.CreateString(record.Function).Value;
        int file = _builder.CreateString(record.File).Value;
        _builder.StartTable(WireFields.LogRecord.Count);
        _builder.AddUint(WireFields.LogRecord.Line, record.Line, 0);
        _builder.AddOffset(WireFields.LogRecord.File, file, 0);
        _builder.AddOffset(WireFields.LogRecord.Function, function, 0);
        _builder.AddOffset(WireFields.LogRecord.Source, source, 0);
        _builder.AddOffset(WireFields.LogRecord.Message, message, 0);
        _builder.AddByte(WireFields.LogRecord.Level, (byte)record.Level, 0);
        return Finish(_builder.EndTable());
    }

    private static long LogPayload(GuestLogRecord record)
    {
        long payload = 0;
        foreach (string? text in (ReadOnlySpan<string?>)[record.Message, record.Source, record.Function, record.File])
            payload += Utf8Text.Length(text ?? throw new ArgumentException("A text of the log message is null.", nameof(record)), nameof(record));
        return payload;
    }

    private int WriteParameters(ReadOnlySpan<GuestValue> parameters)
    {
        Span<int> offsets = stackalloc int[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            int table = ValueWriter.Write(_builder, parameters[i]);
            _builder.StartTable(WireFields.Parameter.Count);
            _builder.AddOffset(WireFields.Parameter.Value, table, 0);
            _builder.AddByte(WireFields.Parameter.ValueTag, (byte)ValueWriter.Tag(parameters[i]), 0);
            offsets[i] = _builder.EndTable();
        }

        _builder.StartVector(sizeof(int), parameters.Length, sizeof(int));
        for (int i = parameters.Length - 1; i >= 0; i--) _builder.AddOffset(offsets[i]); // the builder writes from the back
        return _builder.EndVector().Value;
    }

    private ReadOnlySpan<byte> FinishResult(OutcomeTag tag, int outcome)
    {
        _builder.StartTable(WireFields.FunctionResult.Count);
        _builder.AddOffset(WireFields.FunctionResult.Outcome, outcome, 0);
        _builder.AddByte(WireFields.FunctionResult.OutcomeTag, (byte)tag, 0);
        return Finish(_builder.EndTable());
    }

    private ReadOnlySpan<byte> Finish(int root)
    {
        _builder.FinishSizePrefixed(root);
        ByteBuffer buffer = _builder.DataBuffer;
        return buffer.ToArraySegment(buffer.Position, buffer.Length - buffer.Position);
    }

    private void Begin(long payload, string parameterName)
    {
        const int Most = WireLimits.MaximumMessageLength - StructureLength;
        if (payload > Most) throw new ArgumentException($"The message carries {payload} bytes of text and arrays; {Most} are the most.", parameterName);

        // A builder doubles its buffer until the message fits, and leaves every half behind as garbage: take the right size at once.
        if (payload > _builder.DataBuffer.Length) _builder = NewBuilder((int)payload + StructureLength);
        else _builder.Clear();
    }

    /// <summary>Fields that equal their default are written too: the schemas promise it, and 0.0 would otherwise swallow -0.0.</summary>
    private static FlatBufferBuilder NewBuilder(int capacity) => new(capacity) { ForceDefaults = true };
}
