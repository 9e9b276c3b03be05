using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Abi;

/// <summary>The numbers of <c>docs/guest-abi.md</c> that host and guest share.</summary>
internal static class GuestAbi
{
    /// <summary>"SBXACTR1" read as a little-endian number.</summary>
    public const ulong Magic = 0x3152_5443_4158_4253;

    public const uint Version = 1;

    /// <summary>What a guest that can be given batches passes with its first <c>out</c> to the ready port: "BAT1" read as a little-endian
    /// number.</summary>
    public const uint TakesBatches = 0x3154_4142;

    /// <summary>The guest opens or closes a span of its own, or gives it an attribute. Below the others for the reason that holds for <see cref="AnswerPort"/>.</summary>
    public const ushort SpanPort = 0xDE;

    /// <summary>
    /// In a batch: the answer to the call in hand, which is not in the buffer of answers. Not the next number above the others: a 4-byte access
    /// there would open the machine's own port to the guest.
    /// </summary>
    public const ushort AnswerPort = 0xDF;

    /// <summary>A call has ended, or the guest has started: it waits for the next call.</summary>
    public const ushort ReadyPort = 0xE0;

    /// <summary>The guest calls a host function.</summary>
    public const ushort HostCallPort = 0xE1;

    /// <summary>The guest logs.</summary>
    public const ushort LogPort = 0xE2;

    /// <summary>The guest gave up with a code and a message of its own.</summary>
    public const ushort AbortPort = 0xE3;

    /// <summary>The guest panicked.</summary>
    public const ushort PanicPort = 0xE4;

    /// <summary>The ports that a guest may write to; all others are closed to it.</summary>
    public static readonly IReadOnlyList<ushort> OpenPorts = [SpanPort, AnswerPort, ReadyPort, HostCallPort, LogPort, AbortPort, PanicPort];

    /// <summary>The host function that takes the items of a stream: the item in, whether to go on out. It is the host's own.</summary>
    public const string YieldFunction = "sandbox.yield";

    /// <summary>The length in front of every message, in bytes.</summary>
    public const int SizePrefix = sizeof(uint);

    /// <summary>Bytes of the input buffer kept free behind a call, so that at least a host function's error fits.</summary>
    public const int ReservedForHostResult = 512;

    /// <summary>
    /// In place of a call's length at the start of the input buffer: a batch stands in the buffer of calls. The bits below are how many there are.
    /// </summary>
    public const uint BatchMark = 0x8000_0000;

    /// <summary>Where a host function's result stands in a batch, whose calls are not in the input buffer: behind the mark.</summary>
    public const int HostResultOffsetInBatch = 16;

    /// <summary>Bytes at the start of the buffer of answers. The first four are how many there are; the rest is zero.</summary>
    public const int AnswersHeaderSize = 16;

    /// <summary>In a message's place: it stands in the buffer of answers, and not in the output buffer.</summary>
    public const uint InAnswers = 0x8000_0000;

    /// <summary>
    /// Where in the buffer of answers, when there is no batch, 64 bits say which call was answered without an exit: its number, and above it the answer's place.
    /// </summary>
    public const int AnsweredOffset = 64;

    /// <summary>Where a message behind another one of a batch stands: on the next 16 bytes.</summary>
    public static int NextInBatch(int end) => checked(end + 15) & ~15;

    /// <summary>Where a host function's result stands: behind the call being served, on the next 16 bytes.</summary>
    /// <param name="callLength">Bytes of the call with its size prefix.</param>
    public static int HostResultOffset(int callLength) => checked(callLength + 15) & ~15;

    /// <summary>What the general registers hold when a guest starts; all others are zero.</summary>
    public static GeneralRegisters EntryRegisters(GuestImage image, SandboxLayout layout) => new()
    {
        Rip = image.Entry.Value,
        Rsp = layout.InitialStackPointer.Value,
        Rdi = layout.Boot.Start.Value,
        Rflags = 0x2, // bit 1 is always set, everything else clear: no direction flag, no interrupts
    };
}
