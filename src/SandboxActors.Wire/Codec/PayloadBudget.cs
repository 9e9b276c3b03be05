namespace SandboxActors.Wire.Codec;

/// <summary>
/// What a message may still make the reader allocate. Offsets of a hostile message may all lead to the same large vector, so that a small message
/// decodes to many times its size; one whose vectors do not overlap never carries more text and bytes than it has bytes.
/// </summary>
internal struct PayloadBudget(int bytes)
{
    private int _remaining = bytes;

    /// <summary>Takes from the budget, before anything of that size is allocated.</summary>
    /// <exception cref="WireFormatException">There is not as much left.</exception>
    public void Take(int bytes)
    {
        if (bytes > _remaining) throw new WireFormatException("The message's strings and vectors overlap: together they are longer than the message.");
        _remaining -= bytes;
    }
}
