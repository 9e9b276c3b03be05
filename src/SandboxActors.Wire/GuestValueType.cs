namespace SandboxActors.Wire;

/// <summary>The types that pass between host and guest. The numbers are the wire's.</summary>
public enum GuestValueType : byte
{
    /// <summary>Nothing; a result only, never a parameter.</summary>
    Void = 0,

    /// <summary>32-bit signed integer.</summary>
    Int32 = 1,

    /// <summary>32-bit unsigned integer.</summary>
    UInt32 = 2,

    /// <summary>64-bit signed integer.</summary>
    Int64 = 3,

    /// <summary>64-bit unsigned integer.</summary>
    UInt64 = 4,

    /// <summary>IEEE 754 binary32, every bit kept.</summary>
    Single = 5,

    /// <summary>IEEE 754 binary64, every bit kept.</summary>
    Double = 6,

    /// <summary>True or false.</summary>
    Boolean = 7,

    /// <summary>UTF-8 text; may contain U+0000.</summary>
    String = 8,

    /// <summary>Bytes.</summary>
    Bytes = 9,
}
