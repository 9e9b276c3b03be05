namespace SandboxActors.Tests;

/// <summary>The end of slices, on a clock that the test moves.</summary>
public sealed class WatchdogSpec
{
    private const long Quantum = 1000;

    private readonly SliceSlot[] _slots = [new(), new(), new()];
    private readonly List<Exception> _failures = [];
    private readonly Target _target = new();
    private readonly Watchdog _watchdog;

    public WatchdogSpec() => _watchdog = new Watchdog(_slots, Quantum, _failures.Add);

    [Fact]
    public void A_slice_is_ended_once_and_not_before_its_end()
    {
        _slots[0].Arm(_target, 1500, earliest: 1500);
        Assert.Equal(1500, _watchdog.Look(1000));
        Assert.Equal(0, _target.Preemptions);
        _watchdog.Look(1500);
        Assert.Equal(1, _target.Preemptions);
        for (long now = 1501; now < 10_000; now += 500) _watchdog.Look(now); // a host function that takes its time
        Assert.Equal(1, _target.Preemptions);
        Assert.True(_slots[0].Disarm());
    }

    [Fact]
    public void A_step_that_ends_by_itself_is_not_preempted_and_has_not_used_up_its_slice()
    {
        _slots[0].Arm(_target, 1500, earliest: 1500);
        _watchdog.Look(1000);
        Assert.False(_slots[0].Disarm());
        _watchdog.Look(2000);
        Assert.Equal(0, _target.Preemptions);
    }

    [Fact]
    public void Who_asks_it_to_look_is_told_when_it_has()
    {
        Task first = _watchdog.LookAndTell(), second = _watchdog.LookAndTell();
        Assert.False(first.IsCompleted);
        _watchdog.Look(1000);
        Assert.True(first.IsCompletedSuccessfully && second.IsCompletedSuccessfully);
        Assert.False(_watchdog.LookAndTell().IsCompleted);
    }

    [Fact]
    public async Task It_looks_though_it_sleeps_and_nobody_waits_for_one_that_has_ended()
    {
        _watchdog.Start(); // no guest runs, so it sleeps before long, and looks when it is asked
        for (int look = 0; look < 100; look++) await _watchdog.LookAndTell().WaitAsync(TimeSpan.FromSeconds(30));
        _watchdog.Stop();
        for (int look = 0; look < 100; look++) await _watchdog.LookAndTell().WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void The_next_step_has_a_slice_of_its_own()
    {
        _slots[0].Arm(_target, 1500, earliest: 1500);
        _watchdog.Look(1500);
        Assert.True(_slots[0].Disarm());
        _slots[0].Arm(_target, 2500, earliest: 2500);
        Assert.Equal(2500, _watchdog.Look(1600));
        Assert.False(_slots[0].Disarm());
        Assert.Equal(1, _target.Preemptions);
    }

    [Fact]
    public void A_slice_whose_thread_is_wanted_ends_early_and_the_next_one_does_not()
    {
        _slots[0].Arm(_target, 2000, earliest: 1200);
        Assert.Equal(2000, _watchdog.Look(1000));
        Assert.True(_slots[0].Want());
        Assert.False(_slots[0].Want()); // known already
        Assert.Equal(1200, _watchdog.Look(1100));
        _watchdog.Look(1200);
        Assert.Equal(1, _target.Preemptions);
        Assert.True(_slots[0].Disarm());
        Assert.False(_slots[0].Want());
        _slots[0].Arm(_target, 3000, earliest: 2200);
        Assert.Equal(3000, _watchdog.Look(2500));
        Assert.Equal(1, _target.Preemptions);
    }

    [Fact]
    public void Each_thread_has_its_own_slice_and_the_first_to_end_is_looked_at_first()
    {
        var other = new Target();
        _slots[0].Arm(_target, 1800, earliest: 1800);
        _slots[2].Arm(other, 1500, earliest: 1500);
        Assert.Equal(1500, _watchdog.Look(1000));
        Assert.Equal(1800, _watchdog.Look(1500));
        Assert.Equal((0, 1), (_target.Preemptions, other.Preemptions));
        Assert.True(_slots[2].Disarm());
        Assert.False(_slots[0].Disarm());
    }

    [Fact]
    public void A_preemption_that_the_system_refuses_is_reported_and_tried_again()
    {
        _target.Failure = new InvalidOperationException("refused");
        _slots[0].Arm(_target, 1500, earliest: 1500);
        _slots[1].Arm(new Target(), 1500, earliest: 1500);
        _watchdog.Look(1500);
        Assert.Same(_target.Failure, Assert.Single(_failures));
        _target.Failure = null;
        _watchdog.Look(1600);
        Assert.Equal(1, _target.Preemptions);
        Assert.True(_slots[0].Disarm());
        Assert.True(_slots[1].Disarm());
    }

    [Fact]
    public void It_goes_to_sleep_when_no_guest_has_run_for_a_while_and_not_before()
    {
        long now = 0;
        for (int quiet = 1; quiet < Watchdog.Linger; quiet++) Assert.NotNull(_watchdog.Look(now += Quantum));
        _slots[1].Arm(_target, now + 100, earliest: now + 100);
        _slots[1].Disarm(); // a short call between two looks
        for (int quiet = 0; quiet < Watchdog.Linger; quiet++) Assert.NotNull(_watchdog.Look(now += Quantum));
        Assert.Null(_watchdog.Look(now + Quantum));
    }

    [Fact]
    public void It_does_not_sleep_while_a_guest_runs_though_its_slice_has_ended()
    {
        _slots[0].Arm(_target, 10, earliest: 10);
        for (long now = 10; now < 100 * Quantum; now += Quantum) Assert.Equal(now + Quantum, _watchdog.Look(now));
    }

    [Fact]
    public void Asleep_it_is_woken_by_the_first_guest_that_runs_and_ends_its_slice()
    {
        _watchdog.Start();
        try
        {
            for (int round = 1; round <= 3; round++)
            {
                Assert.True(SpinWait.SpinUntil(() => _watchdog.IsAsleep, TimeSpan.FromSeconds(30)));
                _slots[0].Arm(_target, 0, earliest: 0);
                _watchdog.WakeIfAsleep();
                Assert.True(SpinWait.SpinUntil(() => _target.Preemptions == round, TimeSpan.FromSeconds(30)));
                Assert.True(_slots[0].Disarm());
                Assert.Equal(round, _watchdog.Wakes);
            }
        }
        finally
        {
            _watchdog.Stop();
        }
    }

    /// <summary>Steps of random length on one thread, looks on another: no target is told while another one's step is on.</summary>
    [Fact]
    public void Under_a_storm_no_guest_is_preempted_for_the_slice_of_another()
    {
        Target[] targets = [new(), new()];
        long used = 0;
        Task looking = Task.Run(() =>
        {
            // Deadlines are positive for the first target and far away for the second, which must never be told.
            while (Volatile.Read(ref used) < 2000) _watchdog.Look(1000);
        });
        int turn = 0;
        while (!looking.IsCompleted)
        {
            bool first = (turn++ & 1) == 0;
            _slots[0].Arm(targets[first ? 0 : 1], first ? 500 : long.MaxValue, earliest: first ? 500 : long.MaxValue);
            if (turn % 3 == 0) Thread.Yield();
            bool usedUp = _slots[0].Disarm();
            Assert.True(first || !usedUp);
            if (usedUp) Interlocked.Increment(ref used);
        }

        Assert.Equal(0, targets[1].Preemptions);
        Assert.True(targets[0].Preemptions >= used);
    }

    private sealed class Target : IPreemptible
    {
        private int _preemptions;

        public int Preemptions => Volatile.Read(ref _preemptions);

        public Exception? Failure { get; set; }

        public void Preempt()
        {
            if (Failure is not null) throw Failure;
            Interlocked.Increment(ref _preemptions);
        }
    }
}
