using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>
/// What the host puts into the input buffer: a call at its start, and behind it the result of a host function that the call has called. Whatever does
/// not fit is refused, or becomes an error that does.
/// </summary>
internal sealed class InputWriter(SandboxMemory memory)
{
    private readonly MessageWriter _writer = new();

    /// <summary>Encodes a call into the input buffer, which must be clean.</summary>
    /// <returns>Its bytes, size prefix included.</returns>
    /// <exception cref="GuestCallRefusedException">It cannot be encoded or does not fit; nothing was written.</exception>
    public int WriteCall(string function, GuestValueType returnType, ReadOnlySpan<GuestValue> arguments)
    {
        if (function.Length == 0) throw new GuestCallRefusedException(function, CallRefusal.FunctionNameMissing, "the call names no function.");
        ReadOnlySpan<byte> message;
        try
        {
            message = _writer.WriteCall(function, returnType, arguments);
        }
        catch (ArgumentException exception)
        {
            throw new GuestCallRefusedException(function, CallRefusal.InvalidArgument, exception.Message, exception);
        }

        ulong room = memory.Layout.Input.Length - GuestAbi.ReservedForHostResult;
        if ((ulong)message.Length > room)
        {
            throw new GuestCallRefusedException(
                function,
                CallRefusal.ArgumentsTooLarge,
                $"encoded it has {message.Length} bytes and the input buffer takes {room}; give the sandbox a larger InputBufferSize.");
        }

        memory.WriteInput(0, message);
        return message.Length;
    }

    /// <summary>Answers a guest's call of a host function.</summary>
    public void WriteResult(GuestCall call, string hostFunction, GuestValue value)
    {
        ReadOnlySpan<byte> message;
        try
        {
            message = _writer.WriteReturn(value);
        }
        catch (ArgumentException exception)
        {
            WriteError(call, $"the result of host function '{hostFunction}' cannot be sent: {exception.Message}");
            return;
        }

        int room = RoomBehind(call);
        if (message.Length <= room) WriteBehind(call, message);
        else WriteError(call, $"the result of host function '{hostFunction}' has {message.Length} bytes and the input buffer has {room} left");
    }

    /// <summary>Answers a guest's call of a host function with an error, which the guest can handle.</summary>
    public void WriteError(GuestCall call, string? message)
    {
        message ??= "the host function failed, and its exception has no message";
        int room = RoomBehind(call);
        ReadOnlySpan<byte> encoded = _writer.WriteError((int)GuestErrorCode.HostFunctionError, message);

        // The reserve behind every call holds an error of some hundred bytes; a longer text is cut (a UTF-16 unit is at most three bytes of UTF-8).
        if (encoded.Length > room) encoded = _writer.WriteError((int)GuestErrorCode.HostFunctionError, message[..((room - 128) / 3)]);
        WriteBehind(call, encoded);
    }

    private int RoomBehind(GuestCall call) => (int)memory.Layout.Input.Length - GuestAbi.HostResultOffset(call.InputLength);

    private void WriteBehind(GuestCall call, ReadOnlySpan<byte> message) => memory.WriteInput(GuestAbi.HostResultOffset(call.InputLength), message);
}
