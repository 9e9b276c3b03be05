using CsCheck;

namespace SandboxActors.Tests;

/// <summary>Who runs next, decided without threads and clocks: time is what the test says was used.</summary>
public sealed class RunQueueSpec
{
    private const int Levels = 5;
    private const int Lowest = Levels - 1;
    private const int Ratio = 4;
    private const long Quantum = 1000;

    private readonly RunQueue _queue = new(Levels, Ratio, Quantum, longest: 1_000_000);

    [Fact]
    public void Entries_of_one_level_run_in_the_order_in_which_they_came()
    {
        for (int i = 0; i < 100; i++) _queue.Add(new TestEntry(i, RunQueue.FirstLevel));
        for (int i = 0; i < 100; i++) Assert.Equal(i, Take().Number);
        Assert.Null(_queue.Take());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void A_call_that_begins_passes_a_thousand_that_have_used_up_slices()
    {
        for (int i = 0; i < 1000; i++) _queue.Add(new TestEntry(i, Lowest));
        for (int turn = 0; turn < 5000; turn++) Run(Take(), Quantum, again: true);
        for (int call = 0; call < 100; call++)
        {
            var newcomer = new TestEntry(-1, RunQueue.FirstLevel);
            _queue.Add(newcomer);
            Assert.Same(newcomer, Take());
            Run(newcomer, 10, again: false);
            Run(Take(), Quantum, again: true);
        }
    }

    [Fact]
    public void What_wants_attention_passes_a_thousand_calls_that_begin()
    {
        for (int i = 0; i < 1000; i++) _queue.Add(new TestEntry(i, RunQueue.FirstLevel));
        Run(Take(), Quantum, again: true);
        var status = new TestEntry(-1, RunQueue.AttentionLevel);
        _queue.Add(status);
        Assert.Same(status, Take());
    }

    [Fact]
    public void The_lowest_level_has_its_share_beside_streams_of_everything_above()
    {
        for (int level = 0; level < Levels; level++)
            for (int i = 0; i < 10; i++) _queue.Add(new TestEntry(level, level));

        // The bound: between two turns at the lowest level, level l has ratio^(lowest - l) turns' time, and one turn more.
        long bound = Enumerable.Range(0, Lowest).Sum(level => (long)Math.Pow(Ratio, Lowest - level) + 1) * Quantum;
        var random = new Random(1);
        var gap = new long[1];
        long longest = 0;
        int turns = 0;
        while (turns < 2000)
        {
            TestEntry entry = Take();
            long used = random.NextInt64(1, Quantum + 1);
            if (entry.Number == Lowest)
            {
                used = Quantum;
                longest = Math.Max(longest, gap[0]);
                gap[0] = 0;
                turns++;
            }
            else
            {
                gap[0] += used;
            }

            Run(entry, used, again: true);
        }

        Assert.InRange(longest, 1, bound);
    }

    [Fact]
    public void Levels_share_by_their_ratio_whatever_their_entries_do()
    {
        long[] used = new long[Levels];
        for (int level = 0; level < Levels; level++)
            for (int i = 0; i < 1 + (level * 7); i++) _queue.Add(new TestEntry(level, level)); // more entries are no larger share

        var random = new Random(2);
        for (int turn = 0; turn < 500_000; turn++)
        {
            TestEntry entry = Take();
            long time = entry.Number == 0 ? 10 : random.NextInt64(1, Quantum + 1); // short turns are no smaller share
            used[entry.Number] += time;
            Run(entry, time, again: true);
        }

        for (int level = 0; level + 1 < Levels; level++) Assert.InRange((double)used[level] / used[level + 1], Ratio * 0.8, Ratio * 1.2);
    }

    [Fact]
    public void Entries_of_one_level_share_by_priority()
    {
        TestEntry[] entries = [.. Enum.GetValues<SandboxPriority>().SelectMany(Many)];
        foreach (TestEntry entry in entries) _queue.Add(entry);
        for (int turn = 0; turn < 100_000; turn++) Run(Take(), Quantum, again: true);

        double unit = entries.Sum(entry => entry.Used) / (double)entries.Sum(entry => entry.Weight);
        foreach (TestEntry entry in entries) Assert.InRange(entry.Used / unit / entry.Weight, 0.95, 1.05);

        static IEnumerable<TestEntry> Many(SandboxPriority priority) =>
            Enumerable.Range(0, 5).Select(_ => new TestEntry((int)priority, Lowest) { Weight = (int)priority });
    }

    [Fact]
    public void A_call_that_begins_passes_a_slice_at_the_lowest_level_as_long_as_its_level_has_not_had_its_share()
    {
        var low = new TestEntry(0, Lowest);
        _queue.Add(low);
        Assert.Same(low, Take());
        var call = new TestEntry(1, RunQueue.FirstLevel);
        Assert.False(_queue.Passes(call, low, Quantum / 5)); // it does not wait
        _queue.Add(call);
        int turns = 0;
        while (_queue.Passes(call, low, Quantum / 5))
        {
            Assert.Same(call, Take());
            Run(call, Quantum, again: true);
            turns++;
        }

        // A fifth of a quantum at the lowest level is worth as many fifths at the first as the ratio says, and the turn that goes beyond is the last.
        Assert.Equal(((int)Math.Pow(Ratio, Lowest - RunQueue.FirstLevel) / 5) + 1, turns);
        Assert.False(_queue.Passes(low, call, Quantum / 5));
    }

    [Fact]
    public void An_entry_that_was_away_has_saved_up_nothing()
    {
        var away = new TestEntry(0, Lowest);
        var present = new TestEntry(1, Lowest);
        _queue.Add(present);
        for (int turn = 0; turn < 1000; turn++) Run(Take(), Quantum, again: true);
        _queue.Add(away);
        for (int turn = 0; turn < 100; turn++) Run(Take(), Quantum, again: true);
        Assert.InRange(away.Used, 49 * Quantum, 51 * Quantum);
    }

    [Fact]
    public void An_entry_that_waits_low_moves_up_when_it_wants_to_and_never_runs_twice()
    {
        TestEntry[] entries = [.. Enumerable.Range(0, 100).Select(i => new TestEntry(i, Lowest))];
        foreach (TestEntry entry in entries) _queue.Add(entry);
        Run(Take(), Quantum, again: true); // a level that has just had a turn waits for the others
        entries[73].WantedLevel = RunQueue.AttentionLevel;
        _queue.Reconsider(entries[73]);
        _queue.Hurry(entries[41]);
        Assert.Same(entries[73], Take());
        _queue.Settle(entries[73], 1);
        Assert.Same(entries[41], Take());
        Assert.Equal(98, _queue.Count);
        Assert.DoesNotContain(entries[73], Enumerable.Range(0, 98).Select(_ => Take()));
        Assert.Null(_queue.Take());
    }

    [Fact]
    public void An_entry_that_was_called_away_to_say_its_status_has_kept_its_place()
    {
        TestEntry[] entries = [.. Enumerable.Range(0, 10).Select(i => new TestEntry(i, Lowest))];
        foreach (TestEntry entry in entries) _queue.Add(entry);
        Run(Take(), Quantum, again: true);
        for (int question = 0; question < 3; question++)
        {
            entries[4].WantedLevel = RunQueue.AttentionLevel;
            _queue.Reconsider(entries[4]);
            Assert.Same(entries[4], Take());
            entries[4].WantedLevel = Lowest;
            Run(entries[4], 1, again: true);
        }

        for (int i = 1; i < 30; i++)
        {
            Assert.Same(entries[i % 10], Take());
            Run(entries[i % 10], Quantum, again: true);
        }
    }

    [Fact]
    public void An_entry_that_is_hurried_while_it_runs_is_at_the_top_once()
    {
        var entry = new TestEntry(0, Lowest);
        _queue.Add(entry);
        _queue.Add(new TestEntry(1, Lowest));
        Take();
        _queue.Hurry(entry);
        Run(entry, Quantum, again: true);
        Assert.Equal(RunQueue.AttentionLevel, entry.Level);
        Assert.Same(entry, Take());
        Run(entry, Quantum, again: true);
        Assert.Equal(Lowest, entry.Level);
    }

    /// <summary>Several threads, any mix of levels, times, weights, moves: who was queued runs, once, and nobody waits for ever.</summary>
    [Fact]
    public void Whatever_happens_each_entry_runs_once_for_each_time_it_was_queued_and_nobody_starves() =>
        Gen.Select(Gen.Int[1, 4], Gen.Int[1, 8], Gen.Int[1, 30], Gen.ULong).Sample(
            (threads, ratio, entries, seed) =>
                Simulate(new RunQueue(Levels, ratio, Quantum, 100 * Quantum), threads, ratio, entries, new Random((int)(uint)seed)),
            seed: "0000KOIXxG21",
            iter: 300);

    private static void Simulate(RunQueue queue, int threads, int ratio, int count, Random random)
    {
        SandboxPriority[] priorities = Enum.GetValues<SandboxPriority>();
        TestEntry[] entries =
            [.. Enumerable.Range(0, count).Select(i => new TestEntry(i, random.Next(Levels)) { Weight = (int)priorities[random.Next(3)] })];
        int[] queued = new int[count];
        int[] taken = new int[count];
        int[] waited = new int[count];
        var running = new Queue<TestEntry>();
        foreach (TestEntry entry in entries) Queue(entry);

        // Generous: every level's worst share times every entry's worst share, all of them at the lowest.
        int bound = (threads + count) * 17 * Levels * (int)Math.Pow(ratio, Levels);
        for (int turn = 0; turn < 2000; turn++)
        {
            while (running.Count < threads && queue.Take() is TestEntry next)
            {
                Assert.DoesNotContain(next, running);
                taken[next.Number]++;
                waited[next.Number] = 0;
                running.Enqueue(next);
            }

            TestEntry finished = running.Dequeue();
            queue.Settle(finished, random.NextInt64(0, 2 * Quantum));
            finished.WantedLevel = random.Next(Levels);
            Queue(finished);
            TestEntry moved = entries[random.Next(count)];
            if (!running.Contains(moved) && random.Next(3) == 0) moved.WantedLevel = random.Next(Levels);
            if (random.Next(2) == 0) queue.Reconsider(moved);
            if (random.Next(10) == 0) queue.Hurry(moved);
            foreach (TestEntry entry in entries) Assert.InRange(++waited[entry.Number], 0, bound);
        }

        while (queue.Take() is TestEntry next) taken[next.Number]++;
        Assert.Equal(queued, taken);
        Assert.Equal(0, queue.Count);

        void Queue(TestEntry entry)
        {
            queued[entry.Number]++;
            queue.Add(entry);
        }
    }

    private TestEntry Take() => Assert.IsType<TestEntry>(_queue.Take());

    private void Run(TestEntry entry, long used, bool again)
    {
        entry.Used += used;
        _queue.Settle(entry, used);
        if (again) _queue.Add(entry);
    }
}
