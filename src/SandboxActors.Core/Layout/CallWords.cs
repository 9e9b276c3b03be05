using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;

namespace SandboxActors.Core.Layout;

/// <summary>
/// The words in guest memory by which calls are handed over without an exit. Two are the host's, in the boot information, which the guest can read
/// and not write; one is the guest's, in the buffer of answers. All of this while the guest runs on another processor. And one word more of the host's,
/// which says of a call, before it is handed over in whatever way, whether somebody listens to its spans.
/// </summary>
/// <remarks>
/// The host writes a call and then its number, the guest reads the number and then the call; the guest writes an answer and then its word, the host
/// reads the word and then the answer. Here those are a release and an acquire; on x86, where alone guests run, stores become visible in their order
/// and loads are done in theirs, so that neither costs a fence. What the guest writes is its own affair, and may be anything at any time: the word is
/// read once, and believed in nothing but that there may be an answer at some place.
/// </remarks>
internal sealed class CallWords
{
    private readonly GuestMemoryBlock _block;
    private readonly ulong _pollCounts;
    private readonly ulong _callNumber;
    private readonly ulong _answered;
    private readonly ulong _traced;

    public CallWords(GuestMemoryBlock block, SandboxLayout layout)
    {
        _block = block;
        ulong boot = layout.OffsetOf(layout.Boot.Start);
        _pollCounts = boot + BootInformation.PollCountsOffset;
        _callNumber = boot + BootInformation.CallNumberOffset;
        _traced = boot + BootInformation.TracedOffset;
        _answered = layout.OffsetOf(layout.Answers.Start) + GuestAbi.AnsweredOffset;
    }

    /// <summary>
    /// Says how long the guest is to look for its next call, in counts of the time stamp counter; zero has it rest as soon as it sees it.
    /// </summary>
    public void SetPollCounts(ulong counts) => Volatile.Write(ref Word<ulong>(_pollCounts), counts);

    /// <summary>Says whether somebody listens to spans of the call in hand. Before it is posted, and when it has ended.</summary>
    public void SetTraced(bool isTraced) => Volatile.Write(ref Word<uint>(_traced), isTraced ? 1u : 0u);

    /// <summary>Says that a call is there: everything written before is visible to a guest that sees the number.</summary>
    public void Post(uint number) => Volatile.Write(ref Word<uint>(_callNumber), number);

    /// <summary>Takes the word of a call's answer, if it is there.</summary>
    /// <param name="number">The call.</param>
    /// <param name="place">Where the guest says that the answer stands.</param>
    public bool TryTakeAnswer(uint number, out uint place)
    {
        ref ulong word = ref Word<ulong>(_answered);
        ulong answered = Volatile.Read(ref word);
        place = (uint)(answered >> 32);
        if ((uint)answered != number) return false;
        word = 0;
        return true;
    }

    private ref T Word<T>(ulong offset)
        where T : unmanaged => ref MemoryMarshal.AsRef<T>(_block.Slice(offset, Unsafe.SizeOf<T>()));
}
