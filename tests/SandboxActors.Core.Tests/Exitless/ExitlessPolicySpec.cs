using SandboxActors.Core.Exitless;
using SandboxActors.TestSupport;

namespace SandboxActors.Core.Tests.Exitless;

/// <summary>When a guest stays inside: when it pays.</summary>
public sealed class ExitlessPolicySpec
{
    private static readonly TimeSpan Poll = TimeSpan.FromMicroseconds(100);

    private readonly ManualClock _clock = new();
    private readonly ExitlessPolicy _policy;

    public ExitlessPolicySpec() => _policy = new ExitlessPolicy(Poll, _clock);

    [Fact]
    public void It_begins_with_the_ninth_of_calls_that_come_within_half_of_the_time()
    {
        Assert.Equal(ExitlessPolicy.CallsInARow, CallsUntilHot(Poll / 2));
        Assert.True(_policy.Begin(isGuestLooking: true));
    }

    [Fact]
    public void Calls_that_come_later_do_not_count()
    {
        for (int i = 0; i < 5_000; i++) Assert.False(Call((Poll / 2) + TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void One_call_that_comes_late_has_the_count_begin_anew()
    {
        for (int i = 0; i < 100; i++)
        {
            for (int soon = 0; soon < ExitlessPolicy.CallsInARow - 1; soon++) Assert.False(Call(TimeSpan.Zero));
            Assert.False(Call(Poll));
        }
    }

    [Fact]
    public void It_ends_when_the_guest_has_gone_and_begins_again_as_easily_if_it_has_paid()
    {
        CallsUntilHot(TimeSpan.Zero);
        Pay(100);
        Assert.False(_policy.Begin(isGuestLooking: false));
        _policy.End(hasPaid: false);
        Assert.Equal(ExitlessPolicy.CallsInARow - 1, CallsUntilHot(TimeSpan.Zero)); // the call that found it gone was the first
    }

    [Fact]
    public void Where_it_does_not_pay_it_is_tried_less_and_less_and_never_not_at_all()
    {
        int pause = 0;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(Math.Max(pause - 1, ExitlessPolicy.CallsInARow), CallsUntilHot(TimeSpan.Zero));
            _policy.End(hasPaid: false);
            pause = pause == 0 ? ExitlessPolicy.CallsInARow : Math.Min(2 * pause, ExitlessPolicy.LongestPause);
        }

        CallsUntilHot(TimeSpan.Zero);
        Pay(ExitlessPolicy.CallsInARow);
        _policy.End(hasPaid: false);
        Assert.Equal(ExitlessPolicy.CallsInARow, CallsUntilHot(TimeSpan.Zero));
    }

    [Fact]
    public void A_pause_is_over_after_so_many_calls_however_they_come()
    {
        CallsUntilHot(TimeSpan.Zero);
        for (int i = 0; i < 8; i++)
        {
            _policy.End(hasPaid: false);
            CallsUntilHot(TimeSpan.Zero);
        }

        _policy.End(hasPaid: false);
        for (int i = 0; i < ExitlessPolicy.LongestPause; i++) Assert.False(Call(Poll));
        Assert.Equal(ExitlessPolicy.CallsInARow - 1, CallsUntilHot(TimeSpan.Zero));
    }

    [Fact]
    public void A_call_that_ends_badly_counts_for_nothing()
    {
        CallsUntilHot(TimeSpan.Zero);
        for (int i = 0; i < 10; i++)
        {
            _policy.Forget();
            Assert.Equal(ExitlessPolicy.CallsInARow, CallsUntilHot(TimeSpan.Zero));
        }
    }

    private void Pay(int calls)
    {
        for (int i = 0; i < calls; i++)
        {
            _policy.End(hasPaid: true);
            Assert.True(_policy.Begin(isGuestLooking: true));
        }

        _policy.End(hasPaid: true);
    }

    // How many calls there are before the first that is handed over without an exit; each comes so long after the one before.
    private int CallsUntilHot(TimeSpan gap)
    {
        for (int calls = 0; calls <= ExitlessPolicy.LongestPause; calls++)
        {
            _clock.Advance(gap);
            if (_policy.Begin(isGuestLooking: false)) return calls;
            _policy.End(hasPaid: false);
        }

        Assert.Fail("It never begins.");
        return 0;
    }

    private bool Call(TimeSpan gap)
    {
        _clock.Advance(gap);
        bool isHot = _policy.Begin(isGuestLooking: false);
        _policy.End(hasPaid: false);
        return isHot;
    }
}
