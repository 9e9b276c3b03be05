using SandboxActors.Core.Diagnostics;
using SandboxActors.Core.Telemetry;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>
/// One sandbox's log: has as much of it reach the host's as it may, each text on one line, and says how much it left out. For the sandbox's actor.
/// </summary>
internal sealed class GuestLog(string guest, string sandbox, GuestLogSettings settings, IGuestLogSink sink, TimeProvider time)
{
    private const int LongestName = 256;

    private readonly TokenBucket _bucket = new(settings.RecordsPerSecond, settings.Burst, time);
    private long _leftOut;

    /// <summary>The guest logs.</summary>
    public void Write(GuestLogRecord record)
    {
        SayWhatWasLeftOut();
        if (_leftOut > 0 || !_bucket.TryTake())
        {
            _leftOut++;
            SandboxMeter.LogRecords.Add(1, MeterTags.Dropped(true));
            return;
        }

        SandboxMeter.LogRecords.Add(1, MeterTags.Dropped(false));
        sink.Write(guest, sandbox, record with
        {
            Message = GuestText.Escape(record.Message),
            Source = GuestText.Escape(record.Source, LongestName),
            Function = GuestText.Escape(record.Function, LongestName),
            File = GuestText.Escape(record.File, LongestName),
        });
    }

    /// <summary>Says how many records were left out, if some were and a line may be written. Between calls, and before each record.</summary>
    public void SayWhatWasLeftOut()
    {
        if (_leftOut > 0 && _bucket.TryTake()) Say();
    }

    /// <summary>The sandbox stops: says so now, since there is no later.</summary>
    public void Close()
    {
        if (_leftOut > 0) Say();
    }

    private void Say()
    {
        sink.LeaveOut(guest, sandbox, _leftOut);
        _leftOut = 0;
    }
}
