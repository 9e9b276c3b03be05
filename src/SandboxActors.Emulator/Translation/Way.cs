namespace SandboxActors.Emulator;

/// <summary>What a translated region does with an instruction.</summary>
internal enum Way
{
    /// <summary>It has code of its own.</summary>
    Translated,

    /// <summary>Its handler is called.</summary>
    Handed,

    /// <summary>The region is left before it, and the interpreter carries it out.</summary>
    Left,
}
