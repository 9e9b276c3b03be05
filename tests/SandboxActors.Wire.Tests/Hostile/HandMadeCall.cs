using System.Buffers.Binary;

namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>
/// The body of the call <c>string f("ab")</c>, laid out by hand so that an attack can name what it changes. Where a constant says "offset", the 32
/// bits
/// there lead to that position plus their value.
/// </summary>
internal sealed class HandMadeCall
{
    public const int RootOffset = 0;
    public const int CallVtable = 4;                    // size, size of the table, name, return_type, parameters
    public const int Call = 16;                         // offset of the vtable (backwards), then the fields
    public const int NameOffset = 20;
    public const int ParametersOffset = 24;
    public const int ReturnType = 28;
    public const int Name = 32;                         // length, 'f', zero
    public const int Parameters = 40;                   // count, offset of the one element
    public const int ParameterOffset = 44;
    public const int ParameterVtable = 48;              // size, size of the table, value's tag, value
    public const int Parameter = 56;
    public const int ValueTag = 60;
    public const int ValueOffset = 64;
    public const int StringVtable = 68;                 // size, size of the table, value
    public const int StringTable = 76;
    public const int TextOffset = 80;
    public const int Text = 84;                         // length, 'a', 'b', zero
    public const int Length = 92;

    private readonly byte[] _body = new byte[Length];

    public HandMadeCall()
    {
        U32(RootOffset, Call - RootOffset);
        U16(CallVtable, 10).U16(CallVtable + 2, 16);
        U16(CallVtable + 4, NameOffset - Call).U16(CallVtable + 6, ReturnType - Call).U16(CallVtable + 8, ParametersOffset - Call);
        U32(Call, Call - CallVtable).U32(NameOffset, Name - NameOffset).U32(ParametersOffset, Parameters - ParametersOffset);
        U8(ReturnType, (byte)GuestValueType.String);
        U32(Name, 1).U8(Name + 4, (byte)'f');
        U32(Parameters, 1).U32(ParameterOffset, Parameter - ParameterOffset);
        U16(ParameterVtable, 8).U16(ParameterVtable + 2, 12);
        U16(ParameterVtable + 4, ValueTag - Parameter).U16(ParameterVtable + 6, ValueOffset - Parameter);
        U32(Parameter, Parameter - ParameterVtable).U8(ValueTag, (byte)GuestValueType.String).U32(ValueOffset, StringTable - ValueOffset);
        U16(StringVtable, 6).U16(StringVtable + 2, 8).U16(StringVtable + 4, TextOffset - StringTable);
        U32(StringTable, StringTable - StringVtable).U32(TextOffset, Text - TextOffset);
        U32(Text, 2).U8(Text + 4, (byte)'a').U8(Text + 5, (byte)'b');
    }

    public byte[] Body => _body;

    public HandMadeCall U8(int position, byte value)
    {
        _body[position] = value;
        return this;
    }

    public HandMadeCall U16(int position, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_body.AsSpan(position), value);
        return this;
    }

    public HandMadeCall U32(int position, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_body.AsSpan(position), value);
        return this;
    }
}
