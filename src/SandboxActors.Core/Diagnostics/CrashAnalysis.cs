using System.Collections.Immutable;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Diagnostics;

/// <summary>What the evidence of a crash says, worked out.</summary>
internal sealed record CrashAnalysis(
    CodeLocation? Location,
    InstructionListing? Listing,
    GuestAddress? TouchedAddress,
    MemoryPlace? TouchedPlace,
    ImmutableArray<CodeLocation> StackTrace,
    string? StackTraceEnd,
    ImmutableArray<string> Problems)
{
    /// <summary>Works it out. Throws nothing, whatever the guest has left.</summary>
    public static CrashAnalysis Of(PoisonReason reason, CrashEvidence evidence)
    {
        GuestImage image = evidence.Map.Image;
        GuestAddress? touched = TouchedBy(reason);
        MemoryPlace? place = touched is { } address ? evidence.Map.PlaceOf(address) : null;
        ImmutableArray<string> problems = [.. evidence.Problems.Select(GuestText.Escape)];
        if (image.Symbols.Problem is { } problem) problems = problems.Add($"symbols: {problem}");
        if ((evidence.Registers is { } registers ? new GuestAddress(registers.Rip) : FaultOf(reason)?.InstructionPointer) is not { } stood)
            return new CrashAnalysis(null, null, touched, place, [], null, problems);

        var code = new GuestCode(evidence);
        var listing = InstructionListing.Around(image, code, stood, IsBehindItsInstruction(reason));
        CodeLocation location = Locate(image, listing.Marked, listing.Marked);
        return new CrashAnalysis(location, listing, touched, place, Trace(evidence, code, location, stood), EndOf(evidence.Callers), problems);
    }

    private static ImmutableArray<CodeLocation> Trace(CrashEvidence evidence, GuestCode code, CodeLocation innermost, GuestAddress stood)
    {
        var trace = ImmutableArray.CreateBuilder<CodeLocation>();
        trace.Add(innermost);
        if (evidence.Callers is not { } callers) return trace.ToImmutable();
        if (UnframedCaller.Find(evidence, code, stood) is { } caller) trace.Add(Returning(evidence, caller));
        foreach (ulong address in callers.ReturnAddresses) trace.Add(Returning(evidence, new GuestAddress(address)));
        return trace.ToImmutable();
    }

    // A call that never returns may be a function's last instruction: what stands behind it is another function's.
    private static CodeLocation Returning(CrashEvidence evidence, GuestAddress address) =>
        Locate(evidence.Map.Image, address, new GuestAddress(address.Value - (address.Value == 0 ? 0UL : 1)));

    private static CodeLocation Locate(GuestImage image, GuestAddress address, GuestAddress belonging) =>
        image.SymbolAt(belonging) is { } symbol
            ? new CodeLocation(address, symbol.Name, address - symbol.Start)
            : new CodeLocation(address, null, 0);

    private static string? EndOf(StackWalk? callers) => callers?.End switch
    {
        StackWalkEnd.TooDeep => $"more than {StackWalk.MostFrames} frames: the rest was not looked at",
        StackWalkEnd.OutsideStack => $"ends here: the frame pointer 0x{callers.EndedAt:x} lies outside the stack",
        StackWalkEnd.Misaligned => $"ends here: the frame pointer 0x{callers.EndedAt:x} is no multiple of 8",
        StackWalkEnd.NotAscending => $"ends here: the frame pointer 0x{callers.EndedAt:x} does not lead outwards",
        _ => null,
    };

    private static GuestAddress? TouchedBy(PoisonReason reason) => reason switch
    {
        PoisonReason.MemoryViolation violation => violation.Fault.Address,
        PoisonReason.StackOverflowed overflow => overflow.Fault.Address,
        PoisonReason.UnexpectedExit { Exit.Kind: VmExitKind.UnmappedMemory } unmapped => unmapped.Exit.Address,
        _ => null,
    };

    private static GuestFault? FaultOf(PoisonReason reason) => reason switch
    {
        PoisonReason.MemoryViolation violation => violation.Fault,
        PoisonReason.StackOverflowed overflow => overflow.Fault,
        PoisonReason.Faulted fault => fault.Fault,
        _ => null,
    };

    // A port instruction leaves the machine when it is done, and int3 is a trap. All others are found as they cannot be done.
    private static bool IsBehindItsInstruction(PoisonReason reason) => reason switch
    {
        PoisonReason.Faulted fault => fault.Fault.Vector == CpuException.Breakpoint,
        PoisonReason.StackOverflowed or PoisonReason.MemoryViolation or PoisonReason.UnexpectedExit => false,
        PoisonReason.Killed or PoisonReason.DeadlineExceeded or PoisonReason.CpuBudgetExceeded or PoisonReason.CallerCancelled => false,
        _ => true,
    };
}
