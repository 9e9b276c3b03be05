namespace SandboxActors.Emulator;

/// <summary>Which segment's base is added to an address; in 64-bit mode the others have none.</summary>
internal enum SegmentBase : byte
{
    None,
    Fs,
    Gs,
}
