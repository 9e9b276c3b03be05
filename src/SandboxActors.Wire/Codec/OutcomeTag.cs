namespace SandboxActors.Wire.Codec;

/// <summary>The tags of the schema's union Outcome.</summary>
internal enum OutcomeTag : byte
{
    /// <summary>Nothing; never valid.</summary>
    None = 0,

    /// <summary>A table FunctionReturn.</summary>
    FunctionReturn = 1,

    /// <summary>A table FunctionError.</summary>
    FunctionError = 2,
}
