namespace SandboxActors.Core.Debugging;

// The guest's memory, and where in it the guest is to stop.
internal sealed partial class DebugSession
{
    // Two digits a byte, in a packet that is no longer than those that are taken.
    private const int MostBytes = (PacketParser.MaximumLength / 2) - 8;

    private string ReadMemory(GuestHold hold, PacketText text)
    {
        if (!text.TryTakePair(out ulong address, out ulong length)) return BadRequest;
        if (length == 0) return string.Empty;
        byte[] bytes = target.Read(hold, address, (int)Math.Min(length, MostBytes));
        return bytes.Length == 0 ? NoMemory : Convert.ToHexStringLower(bytes);
    }

    private string WriteMemory(GuestHold hold, PacketText text, bool isBinary)
    {
        if (!text.TryTakePair(out ulong address, out ulong length) || !text.TryTake(":"u8)) return BadRequest;
        byte[]? bytes = isBinary ? text.Rest.ToArray() : text.RestAsBytes();
        if (bytes is null || (ulong)bytes.Length != length) return BadRequest;
        return bytes.Length == 0 || target.TryWrite(hold, address, bytes) ? Done : NoMemory;
    }

    // Conditions and commands that may follow are not taken: gdb looks at its own.
    private string ChangeStops(GuestHold hold, PacketText text, bool isToStop)
    {
        if (!text.TryTakeNumber(out ulong type) || !text.TryTake(","u8) || !text.TryTakePair(out ulong address, out ulong length)) return BadRequest;
        BreakpointKinds breakpoint = type switch
        {
            0 => BreakpointKinds.Software,
            1 => BreakpointKinds.Hardware,
            _ => BreakpointKinds.None,
        };
        if (breakpoint != BreakpointKinds.None) return Answer(target.TryChangeStops(hold, machine => Change(machine, address, breakpoint, isToStop)));
        if (type > 4) return Unknown;
        WatchKind kind = type switch
        {
            2 => WatchKind.Write,
            3 => WatchKind.Read,
            _ => WatchKind.Access,
        };
        var watchpoint = new Watchpoint(address, (int)Math.Min(length, int.MaxValue), kind);
        return Answer(target.TryChangeStops(hold, machine => Change(machine, watchpoint, isToStop)));
    }

    private static string Answer(bool isDone) => isDone ? Done : Refused;

    private static bool Change(DebuggedMachine machine, ulong address, BreakpointKinds kind, bool isToStop)
    {
        if (isToStop) return machine.Breakpoints.TryAdd(machine.View, address, kind);
        machine.Breakpoints.Remove(machine.View, address, kind);
        return true;
    }

    private static bool Change(DebuggedMachine machine, Watchpoint watchpoint, bool isToStop)
    {
        if (isToStop) return machine.Watchpoints.TryAdd(watchpoint);
        machine.Watchpoints.Remove(watchpoint);
        return true;
    }
}
