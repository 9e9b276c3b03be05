using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>
/// What the host writes for the guest: a call at the start of the input buffer, and behind it the result of a host function that the call has called;
/// or the calls of a batch in their own buffer. Whatever does not fit is refused, left for later, or becomes an error that does.
/// </summary>
internal sealed class InputWriter(SandboxMemory memory)
{
    private readonly MessageWriter _writer = new();

    /// <summary>Encodes a call into the input buffer, which must be clean.</summary>
    /// <returns>Its bytes, size prefix included.</returns>
    /// <exception cref="GuestCallRefusedException">It cannot be encoded or does not fit; nothing was written.</exception>
    public int WriteCall(string function, GuestValueType returnType, ReadOnlySpan<GuestValue> arguments)
    {
        int room = (int)memory.Layout.Input.Length - GuestAbi.ReservedForHostResult;
        if (!TryEncode(memory.InputFrom(0)[..room], function, returnType, arguments, out int length))
        {
            throw new GuestCallRefusedException(
                function,
                CallRefusal.ArgumentsTooLarge,
                $"encoded it has {length} bytes and the input buffer takes {room}; give the sandbox a larger InputBufferSize.");
        }

        memory.NoteInput(length);
        return length;
    }

    /// <summary>
    /// Encodes calls into the buffer of calls, which must be clean, as many as fit and can be encoded. With fewer than two there is no batch, and
    /// nothing was written.
    /// </summary>
    /// <returns>The batch, or null.</returns>
    public CallBatch? WriteBatch(ReadOnlySpan<GuestInvocation> calls, IBatchAnswers answers)
    {
        memory.PrepareBatch();
        var batch = new CallBatch(calls.Length, answers);
        int end = 0;
        foreach (GuestInvocation call in calls)
        {
            if (!TryWriteBatched(call, ref end, out int length)) break;
            batch.Add(call.Function, call.ReturnType, length);
        }

        if (batch.Count < 2)
        {
            memory.CleanInput();
            return null;
        }

        memory.BeginBatch(batch.Count);
        return batch;
    }

    // What is wrong with a call that cannot be encoded is for its own start to say.
    private bool TryWriteBatched(GuestInvocation call, ref int end, out int length)
    {
        length = 0;
        if (call.Function is null) return false;
        int start = GuestAbi.NextInBatch(end);
        if (start > (int)memory.Layout.Calls.Length) return false;
        Span<byte> room = memory.CallsFrom(start);
        int most = (int)memory.Layout.Input.Length - GuestAbi.ReservedForHostResult; // what does not fit alone is refused
        try
        {
            if (!TryEncode(room[..Math.Min(room.Length, most)], call.Function, call.ReturnType, call.Arguments.Span, out length)) return false;
        }
        catch (GuestCallRefusedException)
        {
            return false;
        }

        end = start + length;
        memory.NoteCalls(end);
        return true;
    }

    private bool TryEncode(Span<byte> target, string function, GuestValueType returnType, ReadOnlySpan<GuestValue> arguments, out int length)
    {
        if (function.Length == 0) throw new GuestCallRefusedException(function, CallRefusal.FunctionNameMissing, "the call names no function.");
        try
        {
            return _writer.TryWriteCall(target, function, returnType, arguments, out length);
        }
        catch (ArgumentException exception)
        {
            throw new GuestCallRefusedException(function, CallRefusal.InvalidArgument, exception.Message, exception);
        }
    }

    /// <summary>Answers a guest's call of a host function.</summary>
    public void WriteResult(GuestCall call, string hostFunction, GuestValue value)
    {
        int start = PlaceBehind(call);
        Span<byte> room = RoomBehind(call);
        try
        {
            if (_writer.TryWriteReturn(room, value, out int length)) memory.NoteInput(start + length);
            else WriteError(call, $"the result of host function '{hostFunction}' has {length} bytes and the input buffer has {room.Length} left");
        }
        catch (ArgumentException exception)
        {
            WriteError(call, $"the result of host function '{hostFunction}' cannot be sent: {exception.Message}");
        }
    }

    /// <summary>Answers a guest's call of a host function with an error, which the guest can handle.</summary>
    public void WriteError(GuestCall call, string? message)
    {
        message ??= "the host function failed, and its exception has no message";
        Span<byte> room = RoomBehind(call);
        ReadOnlySpan<byte> encoded = _writer.WriteError((int)GuestErrorCode.HostFunctionError, message);

        // The reserve behind every call holds an error of some hundred bytes; a longer text is cut (a UTF-16 unit is at most three bytes of UTF-8).
        if (encoded.Length > room.Length) encoded = _writer.WriteError((int)GuestErrorCode.HostFunctionError, message[..((room.Length - 128) / 3)]);
        encoded.CopyTo(room);
        memory.NoteInput(PlaceBehind(call) + encoded.Length);
    }

    private Span<byte> RoomBehind(GuestCall call) =>
        memory.InputFrom(PlaceBehind(call))[..((int)memory.Layout.Input.Length - GuestAbi.HostResultOffset(call.InputLength))];

    // A call of a batch does not stand in the input buffer, but gets as much of it as if it did, so that what fits is the same. A call is longer
    // than the mark that stands there instead.
    private static int PlaceBehind(GuestCall call) =>
        call.Batch is null ? GuestAbi.HostResultOffset(call.InputLength) : GuestAbi.HostResultOffsetInBatch;
}
