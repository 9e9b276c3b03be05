namespace SandboxActors.Wire.Tests.Hostile;

/// <summary>What a mutation does to a body.</summary>
internal enum MutationKind
{
    /// <summary>One byte replaced.</summary>
    Byte,

    /// <summary>One bit turned over.</summary>
    Bit,

    /// <summary>16 bits spliced in where a vtable may have an entry.</summary>
    Word16,

    /// <summary>32 bits spliced in where an offset or a length may be.</summary>
    Word32,

    /// <summary>An offset or a length moved a little.</summary>
    Word32Moved,

    /// <summary>32 bits of the body copied to another place, as two offsets to one thing.</summary>
    Copy,

    /// <summary>The end cut off.</summary>
    Truncate,
}
