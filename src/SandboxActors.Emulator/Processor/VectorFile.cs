namespace SandboxActors.Emulator;

/// <summary>XMM0 to XMM15.</summary>
internal static class VectorFile
{
    public const int Count = 16;
}
