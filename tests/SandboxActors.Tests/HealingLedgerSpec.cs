using CsCheck;

namespace SandboxActors.Tests;

/// <summary>The decision how to heal: limits, windows and backoff, without actors and without time.</summary>
public sealed class HealingLedgerSpec
{
    private static readonly HealingSettings Settings = new()
    {
        MaximumRestores = 3,
        MaximumRebuilds = 2,
        Within = TimeSpan.FromSeconds(10),
        MinimumBackoff = TimeSpan.FromMilliseconds(10),
        MaximumBackoff = TimeSpan.FromMilliseconds(50),
        RandomFactor = 0.5,
    };

    private static readonly HealingPolicy[] Exhausted =
    [
        HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Rebuild,
        HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Rebuild,
        HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Restore, HealingPolicy.Stop,
    ];

    [Fact]
    public void Restores_then_a_rebuild_and_after_the_last_rebuilds_restores_the_end()
    {
        var ledger = new HealingLedger(Settings, () => 0);
        Assert.Equal(Exhausted, Exhausted.Select(_ => ledger.Decide(TimeSpan.Zero, true, true).Remedy));
    }

    [Fact]
    public void What_lies_further_back_than_the_window_does_not_count()
    {
        var ledger = new HealingLedger(Settings, () => 0);
        for (int i = 0; i < 100; i++)
            Assert.Equal(HealingPolicy.Restore, ledger.Decide(TimeSpan.FromSeconds(4 * i), true, false).Remedy);
    }

    [Fact]
    public void What_a_restore_cannot_help_is_rebuilt()
    {
        var ledger = new HealingLedger(Settings, () => 0);
        Assert.Equal(HealingPolicy.Rebuild, ledger.Decide(TimeSpan.Zero, false, false).Remedy);
        Assert.Equal(HealingPolicy.Restore, ledger.Decide(TimeSpan.Zero, true, false).Remedy);
    }

    [Fact]
    public void The_first_heal_is_immediate_and_those_in_a_row_wait_twice_as_long_each_up_to_the_maximum()
    {
        var ledger = new HealingLedger(Settings with { MaximumRestores = HealingSettings.Unlimited }, () => 0);
        double[] delays = [.. Enumerable.Range(0, 6).Select(i => ledger.Decide(TimeSpan.Zero, true, inARow: i > 0).Delay.TotalMilliseconds)];
        Assert.Equal([0, 10, 20, 40, 50, 50], delays);
        Assert.Equal(TimeSpan.Zero, ledger.Decide(TimeSpan.Zero, true, inARow: false).Delay);
        Assert.Equal(10, ledger.Decide(TimeSpan.Zero, true, inARow: true).Delay.TotalMilliseconds);
    }

    [Fact]
    public void Chance_lengthens_a_wait_by_at_most_the_random_factor()
    {
        var ledger = new HealingLedger(Settings, () => 0.999_999);
        ledger.Decide(TimeSpan.Zero, true, false);
        Assert.InRange(ledger.Decide(TimeSpan.Zero, true, true).Delay.TotalMilliseconds, 14.999, 15);
    }

    [Theory]
    [InlineData(HealingPolicy.Stop, SandboxStopReason.Policy)]
    [InlineData(HealingPolicy.Rebuild, SandboxStopReason.LimitReached)]
    [InlineData(HealingPolicy.Restore, SandboxStopReason.LimitReached)]
    public void The_reason_of_a_stop_is_the_policy_or_the_limit(HealingPolicy policy, SandboxStopReason reason)
    {
        var ledger = new HealingLedger(Settings with { Policy = policy, MaximumRestores = 0, MaximumRebuilds = 0 }, () => 0);
        HealingDecision decision = ledger.Decide(TimeSpan.Zero, true, false);
        Assert.Equal((HealingPolicy.Stop, reason), (decision.Remedy, decision.StopReason));
    }

    [Fact]
    public void No_window_ever_holds_more_heals_than_the_limits_allow_and_no_wait_is_out_of_its_bounds() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 3], Gen.Int[1, 20], Gen.Select(Gen.Int[0, 5], Gen.Bool, Gen.Bool).Array[0, 200]).Sample((restores, rebuilds, window, poisonings) =>
        {
            HealingSettings settings = Settings with { MaximumRestores = restores, MaximumRebuilds = rebuilds, Within = TimeSpan.FromSeconds(window) };
            var ledger = new HealingLedger(settings, () => 0.5);
            var decided = new List<(TimeSpan At, HealingDecision Decision)>();
            TimeSpan now = TimeSpan.Zero;
            foreach ((int seconds, bool recoverable, bool inARow) in poisonings)
            {
                now += TimeSpan.FromSeconds(seconds);
                HealingDecision decision = ledger.Decide(now, recoverable, inARow);
                if (decision.Remedy == HealingPolicy.Stop) break;
                Assert.True(recoverable || decision.Remedy == HealingPolicy.Rebuild);
                Assert.InRange(decision.Delay, TimeSpan.Zero, settings.MaximumBackoff * 1.5);
                decided.Add((now, decision));
                (TimeSpan At, HealingDecision Decision)[] inWindow = [.. decided.Where(d => now - d.At < settings.Within)];
                Assert.True(inWindow.Count(d => d.Decision.Remedy == HealingPolicy.Rebuild) <= rebuilds);
                Assert.True(inWindow.Reverse().TakeWhile(d => d.Decision.Remedy == HealingPolicy.Restore).Count() <= restores);
            }
        });
}
