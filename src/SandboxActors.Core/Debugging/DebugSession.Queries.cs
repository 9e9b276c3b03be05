using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

// What a client asks about the target, and how both sides talk.
internal sealed partial class DebugSession
{
    private string? _description;

    private static string Features => string.Create(
        CultureInfo.InvariantCulture,
        $"PacketSize={PacketParser.MaximumLength:x};QStartNoAckMode+;swbreak+;hwbreak+;vContSupported+;qXfer:features:read+");

    private string AnswerQuery(PacketText text, GuestHold hold)
    {
        if (text.TryTake("Supported"u8))
        {
            string theirs = text.ToString();
            _knowsSoftwareBreakpoints = theirs.Contains("swbreak+", StringComparison.Ordinal);
            _knowsHardwareBreakpoints = theirs.Contains("hwbreak+", StringComparison.Ordinal);
            return Features;
        }

        if (text.TryTake("Xfer:features:read:target.xml:"u8)) return AnswerDescription(text, hold);
        return text.ToString() switch
        {
            "C" => "QC1",
            "fThreadInfo" => "m1",
            "sThreadInfo" => "l",
            "Attached" => "1", // gdb detaches when it ends, instead of killing
            "Offsets" => "Text=0;Data=0;Bss=0", // guests lie where they are linked to lie
            _ => Unknown,
        };
    }

    private string AnswerSetting(PacketText text)
    {
        if (text.ToString() != "StartNoAckMode") return Unknown;
        _isToStopAcknowledging = true;
        return Done;
    }

    private string AnswerDescription(PacketText text, GuestHold hold)
    {
        if (!text.TryTakePair(out ulong offset, out ulong length)) return BadRequest;
        if (_description is null)
        {
            if (target.ReadState(hold) is not { } state) return IsRunning;
            _description = TargetDescription.For(state);
        }

        if (offset >= (ulong)_description.Length) return "l";
        string rest = _description[(int)offset..];
        int most = (int)Math.Min(length, MostBytes);
        return rest.Length <= most ? "l" + rest : "m" + rest[..most];
    }
}
