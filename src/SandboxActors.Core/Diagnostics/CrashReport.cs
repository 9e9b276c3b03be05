using System.Collections.Immutable;
using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>
/// Where a guest stood when it was poisoned, and how it had come there. Made at every poison, from registers and a few words of the stack; what else
/// is in it is worked out when somebody asks. Immutable; from any thread.
/// </summary>
/// <remarks>
/// All of it is the guest's word: it had its registers, its stack and the symbols of its file as it liked. Texts are fit to be shown: whatever a
/// guest named or said stands in them on one line and without control characters.
/// </remarks>
public sealed class CrashReport
{
    private readonly Lazy<CrashAnalysis> _analysis;
    private readonly Lazy<string> _text;

    internal CrashReport(long sandboxId, string function, PoisonReason reason, DateTimeOffset time, CrashEvidence evidence)
    {
        SandboxId = sandboxId;
        Function = function;
        Reason = reason;
        Time = time;
        Evidence = evidence;
        _analysis = new Lazy<CrashAnalysis>(() => CrashAnalysis.Of(reason, evidence));
        _text = new Lazy<string>(() => new CrashReportText(this, _analysis.Value).ToString());
    }

    /// <summary>The sandbox's number.</summary>
    public long SandboxId { get; }

    /// <summary>The guest's name.</summary>
    public string Guest => Evidence.Map.Image.Name;

    /// <summary>The guest function that was called.</summary>
    public string Function { get; }

    /// <summary>The cause.</summary>
    public PoisonReason Reason { get; }

    /// <summary>When it was poisoned, by the sandbox's clock.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The guest's general registers; after a CPU exception as they were when it was raised. Null if they could not be read.</summary>
    public GeneralRegisters? Registers => Evidence.Registers;

    /// <summary>The instruction at which the guest ended; null if it is not known where it stood.</summary>
    public CodeLocation? Location => _analysis.Value.Location;

    /// <summary>That instruction, disassembled (Intel's syntax); null if there is no code where the guest stood.</summary>
    public string? Instruction => _analysis.Value.Listing?.MarkedText;

    /// <summary>The address that the guest touched and may not, for a cause that has one.</summary>
    public GuestAddress? TouchedAddress => _analysis.Value.TouchedAddress;

    /// <summary>What that address belongs to, and what the guest may do there.</summary>
    public MemoryPlace? TouchedPlace => _analysis.Value.TouchedPlace;

    /// <summary>
    /// Where the guest stood, and from where each function had been called, innermost first. By frame pointers: a function compiled without them is
    /// left out.
    /// </summary>
    public IReadOnlyList<CodeLocation> StackTrace => _analysis.Value.StackTrace;

    /// <summary>What the report lacks, and why; empty if it is whole.</summary>
    public IReadOnlyList<string> Problems => _analysis.Value.Problems;

    /// <summary>What became of the guest's core file; null if none was to be written.</summary>
    public CrashDumpOutcome? Dump { get; internal set; }

    /// <summary>What was taken.</summary>
    internal CrashEvidence Evidence { get; }

    /// <summary>All of it as text of several lines, each ended by a line feed but the last.</summary>
    public override string ToString() => _text.Value;
}
