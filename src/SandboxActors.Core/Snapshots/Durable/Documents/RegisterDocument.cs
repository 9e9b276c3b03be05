namespace SandboxActors.Core.Snapshots.Durable.Documents;

/// <summary>
/// The registers that a guest can write: the rest is the machine's own, and a file has no say in it.
/// </summary>
/// <param name="General">General registers, by their names in lower case.</param>
/// <param name="Selectors">The data segment registers.</param>
/// <param name="FsBase">The base of FS.</param>
/// <param name="GsBase">The base of GS.</param>
/// <param name="ExtendedControl">XCR0.</param>
/// <param name="ExtendedState">An XSAVE image in the standard format; zeros at its end may be left out.</param>
internal sealed record RegisterDocument(
    RegisterDocument.GeneralRegisters General,
    RegisterDocument.DataSelectors Selectors,
    ulong FsBase,
    ulong GsBase,
    ulong ExtendedControl,
    byte[] ExtendedState)
{
    /// <summary>General registers, instruction pointer and flags.</summary>
    internal sealed record GeneralRegisters(
        ulong Rax,
        ulong Rbx,
        ulong Rcx,
        ulong Rdx,
        ulong Rsi,
        ulong Rdi,
        ulong Rsp,
        ulong Rbp,
        ulong R8,
        ulong R9,
        ulong R10,
        ulong R11,
        ulong R12,
        ulong R13,
        ulong R14,
        ulong R15,
        ulong Rip,
        ulong Rflags);

    /// <summary>Selectors of the segment registers that a guest may load.</summary>
    internal sealed record DataSelectors(ushort Ds, ushort Es, ushort Fs, ushort Gs);
}
