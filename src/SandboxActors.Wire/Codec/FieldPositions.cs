using System.Runtime.CompilerServices;

namespace SandboxActors.Wire.Codec;

/// <summary>Where the fields of a table have been written, by slot.</summary>
[InlineArray(Most)]
internal struct FieldPositions
{
    /// <summary>The most fields that a table of the schemas has.</summary>
    public const int Most = WireFields.LogRecord.Count;

    private int _first;
}
