using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Telemetry.Tests;

/// <summary>How much of one sandbox's log gets through, and what is said of the rest.</summary>
public sealed class GuestLogSpec
{
    private readonly ManualClock _clock = new();
    private readonly Sink _sink = new();
    private readonly GuestLog _log;

    public GuestLogSpec() => _log = new GuestLog("simple", "chatty", new GuestLogSettings { RecordsPerSecond = 2, Burst = 3 }, _sink, _clock);

    [Fact]
    public void A_burst_gets_through_and_what_is_beyond_is_counted_and_left_out()
    {
        using var metering = new Metering();
        Say(10);
        Assert.Equal(["1", "2", "3"], _sink.Lines);
        Assert.Equal((3, 7), (metering.Count("sandbox.log_records", "dropped=false"), metering.Count("sandbox.log_records", "dropped=true")));
    }

    [Fact]
    public void One_line_says_how_many_were_left_out_before_the_next_gets_through()
    {
        Say(10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Say(1);
        Assert.Equal(["1", "2", "3", "7 left out", "1"], _sink.Lines);
    }

    [Fact]
    public void A_guest_that_goes_on_gets_its_rate_and_no_more_lines_than_that()
    {
        Say(3);
        for (int second = 0; second < 100; second++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            Say(50);
            _log.SayWhatWasLeftOut();
        }

        Assert.Equal(3 + (2 * 100), _sink.Lines.Count);
        Assert.Equal(3 + (50 * 100), _sink.Records + _sink.LeftOut + Pending());
    }

    [Fact]
    public void What_was_left_out_is_said_between_calls_and_at_the_end_though_the_guest_says_nothing_more()
    {
        Say(5);
        _log.SayWhatWasLeftOut(); // a line may not be written yet
        Assert.Equal(0, _sink.LeftOut);
        _clock.Advance(TimeSpan.FromSeconds(1));
        _log.SayWhatWasLeftOut();
        Assert.Equal(2, _sink.LeftOut);
        Say(4);
        _log.Close();
        _log.Close();
        Assert.Equal(2 + 3, _sink.LeftOut);
    }

    [Fact]
    public void No_text_breaks_a_line_and_none_is_without_bound()
    {
        _log.Write(new GuestLogRecord(GuestLogLevel.Error, "a\r\nb", "s\u001b[2J", "f\u2028", new string('x', 1_000), 7));
        GuestLogRecord shown = _sink.Last!;
        Assert.Equal((@"a\u{d}\u{a}b", @"s\u{1b}[2J", @"f\u{2028}", 256), (shown.Message, shown.Source, shown.Function, shown.File.Length));
    }

    private int Pending()
    {
        long before = _sink.LeftOut;
        _log.Close();
        return (int)(_sink.LeftOut - before);
    }

    private void Say(int times)
    {
        for (int i = 1; i <= times; i++) _log.Write(new GuestLogRecord(GuestLogLevel.Information, $"{i}", "source", "function", "file.c", 1));
    }

    private sealed class Sink : IGuestLogSink
    {
        public List<string> Lines { get; } = [];

        public int Records { get; private set; }

        public long LeftOut { get; private set; }

        public GuestLogRecord? Last { get; private set; }

        public void Write(string guest, string sandbox, GuestLogRecord record)
        {
            Records++;
            Last = record;
            Lines.Add(record.Message);
        }

        public void LeaveOut(string guest, string sandbox, long count)
        {
            LeftOut += count;
            Lines.Add($"{count} left out");
        }
    }
}
