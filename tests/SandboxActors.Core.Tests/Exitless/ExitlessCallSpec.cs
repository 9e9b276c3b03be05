using SandboxActors.Core.Abi;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests.Exitless;

/// <summary>Calls without exits, with a guest that does what it should: nobody can tell them from others.</summary>
public sealed class ExitlessCallSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>On a busy machine it has to leave now and then, and is asked in again.</summary>
    [SkippableFact]
    public void A_guest_that_is_called_often_stays_inside_and_its_calls_need_no_run()
    {
        using var guest = new PollingGuest();
        int found = 0;
        int runs = 0;
        while (found < 500)
        {
            guest.MakeHot();
            int before = guest.Machine.Runs;
            Assert.Equal(6, guest.Sandbox.Call<int>("f", 5));
            Assert.True(guest.Sandbox.BuffersAreClean);
            if (!guest.Sandbox.Exitless!.HasPaid) continue;
            found++;
            runs += guest.Machine.Runs - before;
        }

        Assert.InRange(runs, 0, 250);
    }

    [SkippableFact]
    public void A_guest_that_is_called_rarely_is_left_alone()
    {
        using var guest = new PollingGuest();
        for (int i = 0; i < 100; i++)
        {
            guest.Clock.Advance(TimeSpan.FromMilliseconds(1));
            guest.Sandbox.Call<int>("f", i);
            Assert.False(guest.IsInside);
        }
    }

    /// <summary>
    /// The guest leaves after some looks just as the host posts its call, is interrupted, is stopped for a snapshot, and is brought back: whatever
    /// meets, every call is served once, and gets its own answer.
    /// </summary>
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void In_many_short_races_no_call_is_lost_and_none_is_served_twice(int seed)
    {
        var random = new Random(seed);
        for (int run = 0; run < 40; run++)
        {
            using var guest = new PollingGuest();
            var looks = new Random(random.Next());
            guest.Looks = () => looks.Next(4) == 0 ? 0 : looks.Next(300);
            var expected = new List<int>();
            Snapshot? snapshot = null;
            for (int i = 0; i < 150; i++)
            {
                Thread.SpinWait(random.Next(40));
                switch (random.Next(40))
                {
                    case 0:
                        guest.Sandbox.Preempt();
                        break;
                    case 1:
                        snapshot = guest.Sandbox.Snapshot();
                        break;
                    case 2 when snapshot is not null:
                        guest.Sandbox.Restore(snapshot);
                        break;
                    case 3:
                        Assert.Equal(KillOutcome.NothingRunning, guest.Sandbox.InterruptHandle.Kill().Result);
                        break;
                }

                Assert.Equal(i + 1, guest.Sandbox.Call<int>("f", i));
                expected.Add(i);
            }

            Assert.Equal(expected, guest.Served);
        }
    }

    [SkippableFact]
    public void A_call_that_takes_long_lets_its_caller_sleep_and_the_guest_leave()
    {
        using var guest = new PollingGuest();
        guest.MakeHot();
        using var mayGoOn = new ManualResetEventSlim();
        guest.InsteadOfServing = () =>
        {
            Assert.True(mayGoOn.Wait(Bound));
            return null;
        };
        Task<int> call = Task.Run(() => guest.Sandbox.Call<int>("f", -2));
        guest.WaitUntilToldToRest();
        mayGoOn.Set();
        Assert.Equal(-1, call.Result);
        Assert.True(SpinWait.SpinUntil(() => !guest.IsInside, Bound));
        Assert.Equal(7, guest.Sandbox.Call<int>("f", 6));
        Assert.Single(guest.Served, -2);
    }

    [SkippableFact]
    public void A_host_function_is_served_on_the_caller_s_thread_and_the_guest_stays_inside()
    {
        int thread = 0;
        using var guest = new PollingGuest(builder => builder.HostFunction("Where", () => { thread = Environment.CurrentManagedThreadId; }));
        guest.MakeHot();
        bool hasCalled = false;
        guest.InsteadOfServing = () =>
        {
            if (hasCalled) return null;
            hasCalled = true;
            guest.Machine.Emit(0, new Wire.MessageWriter().WriteCall("Where", Wire.GuestValueType.Void, [])[GuestAbi.SizePrefix..]);
            return VmExit.Output(GuestAbi.HostCallPort, 0);
        };
        Assert.Equal(6, guest.Sandbox.Call<int>("f", 5));
        Assert.Equal(Environment.CurrentManagedThreadId, thread);
    }

    [SkippableFact]
    public void A_preemption_asked_for_between_two_calls_is_the_next_step_s()
    {
        using var guest = new PollingGuest();
        guest.MakeHot();
        guest.Sandbox.Preempt();
        GuestCall call = guest.Sandbox.Start("f", Wire.GuestValueType.Int32, 1);
        Assert.Equal(GuestStepKind.Preempted, call.Step().Kind);
        GuestStep step = call.Step();
        Assert.Equal(2, step.Value.AsInt32());
    }

    [SkippableFact]
    public void A_kill_ends_the_call_in_flight_while_the_guest_runs_on_its_own_thread()
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        guest.MakeHot();
        using var isServing = new ManualResetEventSlim();
        guest.InsteadOfServing = () =>
        {
            isServing.Set();
            return guest.SpinUntilInterrupted();
        };
        Task<GuestKilledException> call = Task.Run(() => Assert.Throws<GuestKilledException>(() => guest.Sandbox.Call<int>("f", 1)));
        Assert.True(isServing.Wait(Bound));
        Assert.Equal(KillOutcome.Killed, guest.Sandbox.InterruptHandle.Kill().Result);
        Assert.IsType<PoisonReason.Killed>(call.Result.Reason);

        guest.InsteadOfServing = static () => null;
        guest.Sandbox.Restore(snapshot);
        Assert.Equal(3, guest.Sandbox.Call<int>("f", 2));
    }

    [SkippableFact]
    public void Dispose_stops_a_guest_that_looks_for_a_call()
    {
        var guest = new PollingGuest();
        guest.MakeHot();
        guest.Dispose();
        Assert.True(guest.Machine.IsDisposed);
        Assert.Equal(SandboxStatus.Disposed, guest.Sandbox.Status);
    }

    [SkippableFact]
    public void Without_the_option_nothing_of_it_is_there()
    {
        using var guest = new PollingGuest(builder => builder.WithOptions(SandboxOptions.Default));
        Assert.Null(guest.Sandbox.Exitless);
        for (int i = 0; i < 100; i++) Assert.Equal(i + 1, guest.Sandbox.Call<int>("f", i));
    }
}
