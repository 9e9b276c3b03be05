namespace SandboxActors.Emulator;

/// <summary>Instructions that are carried out one after the other.</summary>
internal sealed class Block
{
    public required ulong Start { get; init; }

    /// <summary>The address behind the last instruction.</summary>
    public required ulong End { get; init; }

    public required Operation[] Operations { get; init; }

    /// <summary>The bytes it was decoded from.</summary>
    public required byte[] Code { get; init; }

    /// <summary>When its bytes were last compared with guest memory.</summary>
    public long CheckedAt { get; set; }

    /// <summary>How often it was interpreted from its start, as far as that decides whether it is translated.</summary>
    public int Heat { get; set; }

    /// <summary>The translated region that has it as an entry, if there is one.</summary>
    public RegionUse? Region { get; set; }

    /// <summary>Its place among the region's entries.</summary>
    public int Entry { get; set; }
}
