namespace SandboxActors.Emulator;

/// <summary>Instructions that are carried out one after the other, in one machine.</summary>
/// <param name="code">What was decoded.</param>
internal sealed class Block(DecodedBlock code)
{
    /// <summary>What was decoded, here or in another machine.</summary>
    public DecodedBlock Decoded { get; } = code;

    public ulong Start => Decoded.Start;

    /// <summary>The address behind the last instruction.</summary>
    public ulong End => Decoded.End;

    public Operation[] Operations { get; } = code.Operations;

    /// <summary>The bytes it was decoded from.</summary>
    public byte[] Code => Decoded.Code;

    /// <summary>When its bytes were last compared with guest memory.</summary>
    public long CheckedAt { get; set; }

    /// <summary>How often it was interpreted from its start, as far as that decides whether it is translated.</summary>
    public int Heat { get; set; }

    /// <summary>The translated region that has it as an entry, if there is one.</summary>
    public RegionUse? Region { get; set; }

    /// <summary>Its place among the region's entries.</summary>
    public int Entry { get; set; }
}
