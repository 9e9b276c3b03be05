namespace SandboxActors.Wire;

/// <summary>The limits that both directions of the wire keep to.</summary>
public static class WireLimits
{
    /// <summary>Parameters that one call may have.</summary>
    public const int MaximumParameters = 64;

    /// <summary>Bytes of UTF-8 that a function's name may have.</summary>
    public const int MaximumNameLength = 1024;

    /// <summary>Bytes that one message may have, its size prefix included: 256 MiB, four times the largest buffer of a sandbox.</summary>
    public const int MaximumMessageLength = 256 << 20;
}
