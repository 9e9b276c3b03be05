namespace SandboxActors.Core.Debugging;

// What a client can ask for (the GDB manual, appendix "GDB Remote Serial Protocol"). The guest has one thread, whose number is 1.
internal sealed partial class DebugSession
{
    private const string Done = "OK";
    private const string Unknown = "";
    private const string BadRequest = "E16"; // EINVAL
    private const string NoMemory = "E0e"; // EFAULT
    private const string IsRunning = "E10"; // EBUSY
    private const string Refused = "E01"; // EPERM

    private bool _isToStopAcknowledging;

    // Null where nothing is said: the guest has gone on, or the client has.
    private string? Answer(ReadOnlySpan<byte> body, CancellationToken cancellation)
    {
        if (body.IsEmpty) return Unknown;
        var text = new PacketText(body[1..]);
        switch (body[0])
        {
            case (byte)'k':
                Kill();
                return null;
            case (byte)'D':
                _isOver = true;
                return Done;
            case (byte)'v' when text.TryTake("Kill"u8):
                Kill();
                return Done;
        }

        if (_hold is not { } hold) return IsRunning;
        return (char)body[0] switch
        {
            '?' => StopReply(hold.Reason),
            'q' => AnswerQuery(text, hold),
            'Q' => AnswerSetting(text),
            'g' => ReadRegisters(hold),
            'G' => WriteRegisters(hold, text),
            'p' => ReadRegister(hold, text),
            'P' => WriteRegister(hold, text),
            'm' => ReadMemory(hold, text),
            'M' => WriteMemory(hold, text, isBinary: false),
            'X' => WriteMemory(hold, text, isBinary: true),
            'Z' => ChangeStops(hold, text, isToStop: true),
            'z' => ChangeStops(hold, text, isToStop: false),
            'c' or 's' => ResumeAt(hold, text, isStep: body[0] == 's', signal: 0, cancellation),
            'C' or 'S' => text.TryTakeNumber(out ulong signal) && (text.IsEmpty || text.TryTake(";"u8))
                ? ResumeAt(hold, text, isStep: body[0] == 'S', (int)(signal & byte.MaxValue), cancellation)
                : BadRequest,
            'v' => text.TryTake("Cont?"u8) ? "vCont;c;C;s;S;r" : text.TryTake("Cont;"u8) ? Continue(hold, text, cancellation) : Unknown,
            'H' or 'T' => Done,
            _ => Unknown,
        };
    }

    private void Kill()
    {
        target.Kill();
        _isOver = true;
    }
}
