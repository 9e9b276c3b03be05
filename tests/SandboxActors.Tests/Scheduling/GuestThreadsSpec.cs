using System.Collections.Concurrent;
using Akka.Dispatch;

namespace SandboxActors.Tests;

/// <summary>The threads that run guests: each scheduling runs once, and when they end nothing is lost.</summary>
public sealed class GuestThreadsSpec
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentBag<Exception> _failures = [];

    [Theory, InlineData(1), InlineData(4)]
    public void Each_scheduling_runs_once_and_an_entry_never_on_two_threads(int count)
    {
        GuestThreads threads = Make(count);
        Work[] works = [.. Enumerable.Range(0, 20).Select(_ => new Work())];
        Parallel.For(0, 4, producer =>
        {
            var random = new Random(producer);
            for (int i = 0; i < 5000; i++)
            {
                Work work = works[random.Next(works.Length)];
                if (work.TryMark()) threads.Execute(work.Entry);
                if (random.Next(100) == 0) threads.Hurry(work.Entry);
                if (random.Next(500) == 0) threads.Stop(); // in between, as when the last actor stops and another one starts
            }
        });
        foreach (Work work in works) Assert.True(SpinWait.SpinUntil(() => work.Runs == work.Marks, Patience), $"{work.Runs} of {work.Marks}");
        Assert.All(works, work => Assert.False(work.Overlapped));
        Assert.InRange(threads.Count, 0, count);
        Assert.Empty(_failures);
        EndAll(threads);
    }

    [Fact]
    public void Threads_that_end_run_what_waits_first_and_come_again_when_they_are_needed()
    {
        GuestThreads threads = Make(2);
        for (int round = 0; round < 20; round++)
        {
            Work[] works = [.. Enumerable.Range(0, 50).Select(_ => new Work())];
            foreach (Work work in works)
            {
                Assert.True(work.TryMark());
                threads.Execute(work.Entry);
            }

            EndAll(threads);
            Assert.All(works, work => Assert.Equal(1, work.Runs));
            Assert.Null(threads.Watchdog);
        }
    }

    [Fact]
    public void What_a_runnable_throws_is_reported_and_the_thread_goes_on()
    {
        GuestThreads threads = Make(1);
        threads.Execute(new RunEntry(new ActionRunnable(() => throw new InvalidOperationException("on purpose"))));
        using var done = new ManualResetEventSlim();
        threads.Execute(new RunEntry(new ActionRunnable(done.Set)));
        Assert.True(done.Wait(Patience));
        Assert.Equal("on purpose", Assert.Single(_failures).Message);
        EndAll(threads);
    }

    [Fact]
    public void Threads_that_have_been_at_one_thing_for_long_are_counted()
    {
        GuestThreads threads = Make(2);
        using ManualResetEventSlim entered = new(), leave = new();
        threads.Execute(new RunEntry(new ActionRunnable(() =>
        {
            entered.Set();
            Assert.True(leave.Wait(Patience));
        })));
        Assert.True(entered.Wait(Patience));
        Assert.True(SpinWait.SpinUntil(() => threads.CountHeldLongerThan(TimeSpan.Zero) == 1, Patience));
        Assert.Equal(0, threads.CountHeldLongerThan(TimeSpan.FromHours(1)));
        leave.Set();
        EndAll(threads);
        Assert.Equal(0, threads.CountHeldLongerThan(TimeSpan.Zero));
        Assert.Empty(_failures);
    }

    private GuestThreads Make(int count) => new(count, new SchedulingSettings(), _failures.Add);

    private static void EndAll(GuestThreads threads)
    {
        threads.Stop();
        Assert.True(SpinWait.SpinUntil(() => threads.Count == 0, Patience));
    }

    /// <summary>Scheduled as Akka schedules a mailbox: marked first, and unmarked at the end of its run, when anybody may mark it again.</summary>
    private sealed class Work : IRunnable
    {
        private int _marked;
        private int _inside;
        private int _runs;
        private int _marks;

        public Work() => Entry = new RunEntry(this);

        public RunEntry Entry { get; }

        public int Runs => Volatile.Read(ref _runs);

        public int Marks => Volatile.Read(ref _marks);

        public bool Overlapped { get; private set; }

        public bool TryMark()
        {
            if (Interlocked.Exchange(ref _marked, 1) != 0) return false;
            Interlocked.Increment(ref _marks);
            return true;
        }

        public void Run()
        {
            if (Interlocked.Increment(ref _inside) != 1) Overlapped = true;
            Interlocked.Increment(ref _runs);
            Volatile.Write(ref _marked, 0);
            Thread.Yield(); // scheduled from elsewhere meanwhile, it has to wait for this run's end
            Interlocked.Decrement(ref _inside);
        }

        void IThreadPoolWorkItem.Execute() => Run();
    }
}
