namespace SandboxActors.Wire.Codec;

/// <summary>
/// The tags of the schema's union Value. From <see cref="Int32"/> to <see cref="Bytes"/> they are the numbers of <see cref="GuestValueType"/>.
/// </summary>
internal enum ValueTag : byte
{
    /// <summary>Nothing; never valid.</summary>
    None = 0,

    /// <summary>A table Int32Value.</summary>
    Int32 = 1,

    /// <summary>A table UInt32Value.</summary>
    UInt32 = 2,

    /// <summary>A table Int64Value.</summary>
    Int64 = 3,

    /// <summary>A table UInt64Value.</summary>
    UInt64 = 4,

    /// <summary>A table SingleValue.</summary>
    Single = 5,

    /// <summary>A table DoubleValue.</summary>
    Double = 6,

    /// <summary>A table BooleanValue.</summary>
    Boolean = 7,

    /// <summary>A table StringValue.</summary>
    String = 8,

    /// <summary>A table BytesValue.</summary>
    Bytes = 9,

    /// <summary>A table VoidValue.</summary>
    Void = 10,
}
