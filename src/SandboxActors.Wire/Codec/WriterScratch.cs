namespace SandboxActors.Wire.Codec;

/// <summary>
/// What a writer notes while it writes one message. One for each thread and not for each writer, of which there may be thousands: nothing is kept from one
/// message to the next, and nobody else's code runs while one is written.
/// </summary>
internal sealed class WriterScratch
{
    [ThreadStatic]
    private static WriterScratch? _ofThread;

    private WriterScratch()
    {
    }

    /// <summary>This thread's.</summary>
    public static WriterScratch OfThread => _ofThread ??= new WriterScratch();

    /// <summary>The vtables.</summary>
    public VtableList Vtables { get; } = new();

    /// <summary>Bytes of text or data of each parameter.</summary>
    public int[] Payloads { get; } = new int[WireLimits.MaximumParameters];

    /// <summary>Where each parameter's number stands.</summary>
    public int[] Numbers { get; } = new int[WireLimits.MaximumParameters];
}
