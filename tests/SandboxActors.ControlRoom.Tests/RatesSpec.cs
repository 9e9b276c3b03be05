using ControlRoom;

namespace SandboxActors.ControlRoom.Tests;

public sealed class RatesSpec
{
    private static readonly long Start = WallClock.Start.ToUnixTimeSeconds();

    private readonly WallClock _clock = new();

    [Fact]
    public void A_second_is_told_when_it_has_passed()
    {
        var rates = new Rates(_clock);
        rates.CountCalls(2);
        rates.CountPoisonings(1);
        Assert.Empty(rates.Since(0));

        _clock.Advance(1);
        rates.CountCalls(5);

        Assert.Equal([new RatePoint(Start, 2, 1, 0, null, null)], rates.Since(0));
        Assert.Equal(new Totals(7, 1, 0), rates.Totals);
    }

    [Fact]
    public void A_second_in_which_nothing_happened_is_told_too()
    {
        var rates = new Rates(_clock);
        rates.CountRestores(3);

        _clock.Advance(3);

        Assert.Equal([3, 0, 0], rates.Since(0).Select(point => point.Restores));
        Assert.Equal([Start, Start + 1, Start + 2], rates.Since(0).Select(point => point.Time));
    }

    [Fact]
    public void Only_what_came_after_is_told_again()
    {
        var rates = new Rates(_clock);
        _clock.Advance(4);

        Assert.Equal([Start + 3], rates.Since(Start + 2).Select(point => point.Time));
    }

    [Fact]
    public void Two_minutes_are_kept_however_long_nobody_asked()
    {
        var rates = new Rates(_clock);
        rates.CountCalls(1);

        _clock.Advance(1_000_000);

        Assert.Equal(120, rates.Since(0).Count);
        Assert.Equal(Start + 999_999, rates.Since(0)[^1].Time);
    }

    [Fact]
    public void Percentiles_are_those_of_their_second()
    {
        var rates = new Rates(_clock);
        for (int call = 0; call < 98; call++) rates.AddDuration(0.001);
        rates.AddDuration(1);
        rates.AddDuration(1);
        _clock.Advance(1);
        rates.AddDuration(0.1);
        _clock.Advance(1);

        IReadOnlyList<RatePoint> points = rates.Since(0);

        Assert.InRange(points[0].Median!.Value, 0.95, 1.05);
        Assert.InRange(points[0].Percentile99!.Value, 950, 1_050);
        Assert.InRange(points[1].Median!.Value, 95, 105);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1e-9)]
    [InlineData(double.NaN)]
    [InlineData(1e12)]
    [InlineData(double.PositiveInfinity)]
    public void A_duration_that_is_out_of_all_bounds_is_counted_at_the_nearest(double seconds)
    {
        var durations = new DurationHistogram();

        durations.Add(seconds);

        Assert.True(double.IsFinite(durations.Percentile(0.5)!.Value));
    }
}
