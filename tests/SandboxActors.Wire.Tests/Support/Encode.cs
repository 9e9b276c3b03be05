using System.Buffers.Binary;

namespace SandboxActors.Wire.Tests.Support;

/// <summary>Messages as bodies: what the reader gets, the size prefix tested and taken off.</summary>
internal static class Encode
{
    public static byte[] Body(CallContent call) => Body(new MessageWriter().WriteCall(call.Name, call.ReturnType, call.Parameters));

    public static byte[] Body(FunctionResult result) =>
        Body(result.IsError ? new MessageWriter().WriteError(result.ErrorCode, result.ErrorMessage) : new MessageWriter().WriteReturn(result.Value));

    public static byte[] Body(GuestLogRecord log) => Body(new MessageWriter().WriteLog(log));

    public static byte[] Body(ReadOnlySpan<byte> message)
    {
        Assert.Equal((uint)message.Length - sizeof(uint), BinaryPrimitives.ReadUInt32LittleEndian(message));
        return message[sizeof(uint)..].ToArray();
    }
}
