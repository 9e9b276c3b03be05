using System.Globalization;

namespace SandboxActors.Core.Debugging;

// The guest goes on, and stops again.
internal sealed partial class DebugSession
{
    private bool _knowsSoftwareBreakpoints;
    private bool _knowsHardwareBreakpoints;

    private string? ResumeAt(GuestHold hold, PacketText text, bool isStep, int signal, CancellationToken cancellation)
    {
        if (!text.IsEmpty)
        {
            if (!text.TryTakeNumber(out ulong address)) return BadRequest;
            if (target.ReadState(hold) is not { } state) return IsRunning;
            if (!target.TryWriteState(hold, state with { General = state.General with { Rip = address } })) return Refused;
        }

        return Resume(hold, new Resumption(isStep, 0, 0, signal), cancellation);
    }

    // Of several actions the first is the one: there is one thread, and gdb puts the most particular in front.
    private string? Continue(GuestHold hold, PacketText text, CancellationToken cancellation)
    {
        (ulong start, ulong end, ulong signal) = (0, 0, 0);
        bool isStep = text.TryTake("s"u8);
        if (!isStep && !text.TryTake("c"u8))
        {
            bool isRange = text.TryTake("r"u8);
            isStep = isRange || text.TryTake("S"u8);
            bool isSignal = !isRange && (isStep || text.TryTake("C"u8));
            if (isRange ? !text.TryTakePair(out start, out end) : !isSignal || !text.TryTakeNumber(out signal)) return BadRequest;
        }

        return text.IsEmpty || text.TryTake(":"u8) || text.TryTake(";"u8)
            ? Resume(hold, new Resumption(isStep, start, end, (int)(signal & byte.MaxValue)), cancellation)
            : BadRequest;
    }

    private string? Resume(GuestHold hold, Resumption resumption, CancellationToken cancellation)
    {
        target.Resume(hold, resumption);
        _hold = null;
        _running = target.WaitForStopAsync(hold, cancellation);
        return null;
    }

    private string StopReply(StopReason reason)
    {
        string cause = reason.Cause switch
        {
            StopCause.SoftwareBreakpoint when _knowsSoftwareBreakpoints => "swbreak:;",
            StopCause.HardwareBreakpoint when _knowsHardwareBreakpoints => "hwbreak:;",
            StopCause.Write => Watched("watch", reason.Address),
            StopCause.Read => Watched("rwatch", reason.Address),
            StopCause.Access => Watched("awatch", reason.Address),
            _ => string.Empty,
        };
        return string.Create(CultureInfo.InvariantCulture, $"T{(int)reason.Signal:x2}thread:1;{cause}");
    }

    private static string Watched(string kind, ulong address) => string.Create(CultureInfo.InvariantCulture, $"{kind}:{address:x};");
}
