using System.Collections.Immutable;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>
/// What was taken from a guest when it was poisoned, before anything of it was cleaned up: little, so that it costs next to nothing for a guest whose
/// report nobody reads. The rest is in the guest's image, which does not change.
/// </summary>
/// <param name="Map">What lay where.</param>
/// <param name="Registers">The general registers; null if they could not be read.</param>
/// <param name="Callers">What the frame pointers say.</param>
/// <param name="StackTop">What stands at the stack pointer: for a function that has set up no frame.</param>
/// <param name="Code">Code around the instruction pointer where that is not the image's own.</param>
/// <param name="CodeStart">Where <paramref name="Code"/> starts.</param>
/// <param name="Problems">What could not be taken, and why.</param>
internal sealed record CrashEvidence(
    MemoryMap Map,
    GeneralRegisters? Registers,
    StackWalk? Callers,
    ImmutableArray<byte> StackTop,
    ImmutableArray<byte> Code,
    GuestAddress CodeStart,
    ImmutableArray<string> Problems);
