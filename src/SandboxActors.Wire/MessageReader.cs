using SandboxActors.Wire.Codec;

namespace SandboxActors.Wire;

/// <summary>
/// Reads messages that the other side wrote and that nobody has verified. A body is a message without its size prefix, already copied out of guest
/// memory; what is read owns its text and bytes. Whatever bytes it gets, a method throws <see cref="WireFormatException"/> and nothing else, and
/// allocates in proportion to the bytes that are there, whatever lengths they claim.
/// </summary>
public static class MessageReader
{
    /// <summary>Reads a call.</summary>
    /// <exception cref="WireFormatException">The bytes are no call.</exception>
    public static FunctionCall ReadCall(ReadOnlySpan<byte> body) => ReadCall(body, null);

    /// <summary>Reads a call, without allocating a name that the table has.</summary>
    /// <exception cref="WireFormatException">The bytes are no call.</exception>
    public static FunctionCall ReadCall(ReadOnlySpan<byte> body, NameTable? names)
    {
        var call = new FunctionCall();
        ReadCall(body, names, call);
        return call;
    }

    /// <summary>Reads a call in the place of another one. It allocates its texts and arrays, and no name that the table has.</summary>
    /// <param name="body">The message.</param>
    /// <param name="names">Names that are known.</param>
    /// <param name="call">Becomes the call. What it is after an exception is nothing to rely on.</param>
    /// <exception cref="WireFormatException">The bytes are no call.</exception>
    public static void ReadCall(ReadOnlySpan<byte> body, NameTable? names, FunctionCall call)
    {
        ArgumentNullException.ThrowIfNull(call);
        FlatTable table = FlatTable.Root(body);
        var budget = new PayloadBudget(body.Length);
        call.Name = ReadName(table.String(WireFields.FunctionCall.Name, "FunctionCall.name"), ref budget, names);

        byte returnType = table.Byte(WireFields.FunctionCall.ReturnType);
        if (returnType > (byte)GuestValueType.Bytes) throw new WireFormatException($"FunctionCall.return_type is {returnType}, which is no type.");
        call.ReturnType = (GuestValueType)returnType;

        FlatTableVector tables = table.Tables(WireFields.FunctionCall.Parameters, "FunctionCall.parameters");
        if (tables.Count > WireLimits.MaximumParameters)
            throw new WireFormatException($"FunctionCall.parameters has {tables.Count} elements; {WireLimits.MaximumParameters} are the most.");

        Span<GuestValue> parameters = call.Expect(tables.Count);
        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i] = ValueReader.Read(tables[i], WireFields.Parameter.ValueTag, WireFields.Parameter.Value, ref budget);
            if (parameters[i].Type == GuestValueType.Void) throw new WireFormatException("A parameter is void.");
        }
    }

    /// <summary>Reads the answer to a call, or what an abort or a panic carries. Without text and bytes in it, it allocates nothing.</summary>
    /// <exception cref="WireFormatException">The bytes are no result.</exception>
    public static FunctionResult ReadResult(ReadOnlySpan<byte> body)
    {
        FlatTable result = FlatTable.Root(body);
        var budget = new PayloadBudget(body.Length);
        var tag = (OutcomeTag)result.Byte(WireFields.FunctionResult.OutcomeTag);
        if (tag is not (OutcomeTag.FunctionReturn or OutcomeTag.FunctionError))
            throw new WireFormatException($"FunctionResult.outcome is missing or has the unknown tag {(byte)tag}.");

        FlatTable outcome = result.Table(WireFields.FunctionResult.Outcome, "FunctionResult.outcome");
        if (tag == OutcomeTag.FunctionReturn)
            return FunctionResult.Success(ValueReader.Read(outcome, WireFields.FunctionReturn.ValueTag, WireFields.FunctionReturn.Value, ref budget));

        return FunctionResult.Failure(
            unchecked((int)outcome.UInt32(WireFields.FunctionError.Code)),
            Utf8Text.Read(outcome.String(WireFields.FunctionError.Message, "FunctionError.message"), ref budget, "FunctionError.message"));
    }

    /// <summary>Reads a log message.</summary>
    /// <exception cref="WireFormatException">The bytes are no log message.</exception>
    public static GuestLogRecord ReadLog(ReadOnlySpan<byte> body)
    {
        FlatTable log = FlatTable.Root(body);
        var budget = new PayloadBudget(body.Length);
        byte level = log.Byte(WireFields.LogRecord.Level);
        if (level > (byte)GuestLogLevel.Critical) throw new WireFormatException($"LogRecord.level is {level}, which is no level of a message.");

        return new GuestLogRecord(
            (GuestLogLevel)level,
            Utf8Text.Read(log.String(WireFields.LogRecord.Message, "LogRecord.message"), ref budget, "LogRecord.message"),
            Utf8Text.Read(log.String(WireFields.LogRecord.Source, "LogRecord.source"), ref budget, "LogRecord.source"),
            Utf8Text.Read(log.String(WireFields.LogRecord.Function, "LogRecord.function"), ref budget, "LogRecord.function"),
            Utf8Text.Read(log.String(WireFields.LogRecord.File, "LogRecord.file"), ref budget, "LogRecord.file"),
            log.UInt32(WireFields.LogRecord.Line));
    }

    private static string ReadName(ReadOnlySpan<byte> name, ref PayloadBudget budget, NameTable? names)
    {
        if (name.IsEmpty) throw new WireFormatException("FunctionCall.name is empty.");
        if (name.Length > WireLimits.MaximumNameLength)
            throw new WireFormatException($"FunctionCall.name has {name.Length} bytes; {WireLimits.MaximumNameLength} are the most.");
        if (names is null) return Utf8Text.Read(name, ref budget, "FunctionCall.name");

        budget.Take(name.Length);
        Utf8Text.RequireValid(name, "FunctionCall.name");
        return names.Intern(name);
    }
}
