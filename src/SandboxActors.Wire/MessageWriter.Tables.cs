using SandboxActors.Wire.Codec;

namespace SandboxActors.Wire;

// The tables of each message. Each method is run twice, to measure and to write, and gives the message's length.
public sealed partial class MessageWriter
{
    private int WriteCall(Span<byte> target, string name, int nameLength, GuestValueType returnType, ReadOnlySpan<GuestValue> parameters)
    {
        WriterScratch scratch = WriterScratch.OfThread;
        var writer = new FlatWriter(target, scratch.Vtables);
        int nameAt = writer.String(name, nameLength);
        Span<int> tables = stackalloc int[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            int value = ValueWriter.Write(ref writer, parameters[i], scratch.Payloads[i], out scratch.Numbers[i]);
            writer.StartTable();
            writer.OffsetField(WireFields.Parameter.Value, value);
            writer.ByteField(WireFields.Parameter.ValueTag, (byte)ValueWriter.Tag(parameters[i]));
            tables[i] = writer.EndTable(WireFields.Parameter.Count);
        }

        int vector = writer.Tables(tables);
        writer.StartTable();
        writer.OffsetField(WireFields.FunctionCall.Name, nameAt);
        writer.OffsetField(WireFields.FunctionCall.Parameters, vector);
        writer.ByteField(WireFields.FunctionCall.ReturnType, (byte)returnType);
        return writer.Finish(writer.EndTable(WireFields.FunctionCall.Count));
    }

    private static MessageTemplate TemplateOf(GuestValue value)
    {
        byte[] message = new byte[WriteReturn(default, value, payload: 0, out _)];
        WriteReturn(message, value, payload: 0, out int number);
        return new MessageTemplate(message, [value], [number]);
    }

    private static int WriteReturn(Span<byte> target, in GuestValue value, int payload, out int number)
    {
        var writer = new FlatWriter(target, WriterScratch.OfThread.Vtables);
        int table = ValueWriter.Write(ref writer, value, payload, out number);
        writer.StartTable();
        writer.OffsetField(WireFields.FunctionReturn.Value, table);
        writer.ByteField(WireFields.FunctionReturn.ValueTag, (byte)ValueWriter.Tag(value));
        return FinishResult(ref writer, OutcomeTag.FunctionReturn, writer.EndTable(WireFields.FunctionReturn.Count));
    }

    private static int WriteError(Span<byte> target, int code, string message, int payload)
    {
        var writer = new FlatWriter(target, WriterScratch.OfThread.Vtables);
        int text = writer.String(message, payload);
        writer.StartTable();
        writer.OffsetField(WireFields.FunctionError.Message, text);
        writer.UInt32Field(WireFields.FunctionError.Code, unchecked((uint)code));
        return FinishResult(ref writer, OutcomeTag.FunctionError, writer.EndTable(WireFields.FunctionError.Count));
    }

    private static int WriteLog(Span<byte> target, GuestLogRecord record)
    {
        var writer = new FlatWriter(target, WriterScratch.OfThread.Vtables);
        int message = writer.String(record.Message, Utf8Text.Length(record.Message, nameof(record)));
        int source = writer.String(record.Source, Utf8Text.Length(record.Source, nameof(record)));
        int function = writer.String(record.Function, Utf8Text.Length(record.Function, nameof(record)));
        int file = writer.String(record.File, Utf8Text.Length(record.File, nameof(record)));
        writer.StartTable();
        writer.UInt32Field(WireFields.LogRecord.Line, record.Line);
        writer.OffsetField(WireFields.LogRecord.File, file);
        writer.OffsetField(WireFields.LogRecord.Function, function);
        writer.OffsetField(WireFields.LogRecord.Source, source);
        writer.OffsetField(WireFields.LogRecord.Message, message);
        writer.ByteField(WireFields.LogRecord.Level, (byte)record.Level);
        return writer.Finish(writer.EndTable(WireFields.LogRecord.Count));
    }

    private static int FinishResult(ref FlatWriter writer, OutcomeTag tag, int outcome)
    {
        writer.StartTable();
        writer.OffsetField(WireFields.FunctionResult.Outcome, outcome);
        writer.ByteField(WireFields.FunctionResult.OutcomeTag, (byte)tag);
        return writer.Finish(writer.EndTable(WireFields.FunctionResult.Count));
    }

    private static long LogPayload(GuestLogRecord record)
    {
        long payload = 0;
        foreach (string? text in (ReadOnlySpan<string?>)[record.Message, record.Source, record.Function, record.File])
            payload += Utf8Text.Length(text ?? throw new ArgumentException("A text of the log message is null.", nameof(record)), nameof(record));
        return payload;
    }

    private static void CheckPayload(long payload, string parameterName)
    {
        const int Most = WireLimits.MaximumMessageLength - StructureLength;
        if (payload > Most) throw new ArgumentException($"The message carries {payload} bytes of text and arrays; {Most} are the most.", parameterName);
    }

    /// <summary>As much of the buffer as a message needs.</summary>
    private Span<byte> Room(int length)
    {
        if (length > _buffer.Length) _buffer = new byte[Math.Max(length, InitialCapacity)];
        return _buffer.AsSpan(0, length);
    }
}
