using SandboxActors.Wire;

namespace SandboxActors.Core.Telemetry;

/// <summary>
/// What a guest wants done with a span of its own: a message of the form of a call, whose name is the operation, and which nobody answers. What is no
/// operation is no message; which span it is for is the guest's word, and no more.
/// </summary>
/// <param name="Kind">What is to be done.</param>
/// <param name="Id">The number that the guest gave the span.</param>
/// <param name="Text">The span's name, or the attribute's.</param>
/// <param name="Value">The attribute's value.</param>
internal readonly record struct GuestSpanOperation(GuestSpanOperation.Operation Kind, uint Id, string Text, GuestValue Value)
{
    /// <summary>What can be done with a span.</summary>
    public enum Operation
    {
        /// <summary>Opens it.</summary>
        Begin,

        /// <summary>Closes it.</summary>
        End,

        /// <summary>Gives it an attribute.</summary>
        Set,
    }

    /// <summary>Reads an operation.</summary>
    /// <param name="body">The message, copied out of guest memory.</param>
    /// <exception cref="WireFormatException">It is none.</exception>
    public static GuestSpanOperation Read(ReadOnlySpan<byte> body)
    {
        FunctionCall message = MessageReader.ReadCall(body);
        ReadOnlySpan<GuestValue> parameters = message.Parameters;
        if (message.ReturnType != GuestValueType.Void || parameters.IsEmpty || parameters[0].Type != GuestValueType.UInt32) throw NoOperation();
        uint id = parameters[0].AsUInt32();
        return message.Name switch
        {
            "begin" when parameters is [_, { Type: GuestValueType.String } name] => new(Operation.Begin, id, name.AsString(), GuestValue.Void),
            "end" when parameters is [_] => new(Operation.End, id, string.Empty, GuestValue.Void),
            "set" when parameters is [_, { Type: GuestValueType.String } key, { Type: not GuestValueType.Bytes } value] => new(Operation.Set, id, key.AsString(), value),
            _ => throw NoOperation(),
        };
    }

    private static WireFormatException NoOperation() => new("what came on the port for spans is no operation on one");
}
