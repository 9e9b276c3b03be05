using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests.Exitless;

/// <summary>
/// A guest that stays inside between calls and means harm: whatever it writes and does, and whenever, ends in a typed poison, in an answer of its
/// own, or in nothing.
/// </summary>
public sealed class HostilePollingSpec
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);

    /// <summary>Once it has done that it serves calls that the host believes served, and finds whatever is there by then.</summary>
    [SkippableFact]
    public void An_answer_to_a_call_that_has_not_been_made_is_an_answer_of_its_own_and_harms_nobody()
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        byte[] forged = [.. new MessageWriter().WriteReturn(-1)];
        const uint Place = 4096;
        int believed = 0;
        while (believed < 20)
        {
            guest.MakeHot();
            guest.Machine.Emit(Place, forged.AsSpan(GuestAbi.SizePrefix));
            guest.SetWord(((ulong)Place << 32) | (guest.CallNumber + 1));
            try
            {
                if (guest.Sandbox.Call<int>("f", 1) == -1) believed++;
                guest.Sandbox.Call<int>("f", 1);
            }
            catch (SandboxException failure) when (failure is GuestErrorException or GuestProtocolException)
            {
                // It had no call, or half of one, when it looked.
            }

            guest.Sandbox.Restore(snapshot);
            Assert.Equal(3, guest.Sandbox.Call<int>("f", 2));
        }
    }

    [SkippableTheory]
    [InlineData(8192u - 3)]
    [InlineData(0x7FFF_FFFFu)]
    [InlineData(0xFFFF_FFFFu)]
    [InlineData(0x8000_2000u)] // behind the buffer of answers
    [InlineData(0x8000_1FFDu)]
    [InlineData(7_000u)] // no message
    public void An_answer_where_none_can_be_poisons_and_heals(uint place)
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        guest.MakeHot();
        guest.Word = word => (word & uint.MaxValue) | ((ulong)place << 32);
        var poison = Assert.Throws<GuestProtocolException>(() => CallUntilItFails(guest));
        Assert.IsType<PoisonReason.InvalidMessage>(poison.Reason);
        Heals(guest, snapshot);
    }

    [SkippableFact]
    public void An_answer_that_changes_while_it_is_read_is_a_message_or_poison()
    {
        byte[] answer = [.. new MessageWriter().WriteReturn("a text that is not so very short")];
        for (int run = 0; run < 30; run++)
        {
            using var guest = new PollingGuest();
            guest.MakeHot();
            var random = new Random(run);
            using var ended = new CancellationTokenSource();
            int written = 0;
            Task scribbling = Task.Run(() =>
            {
                while (!ended.IsCancellationRequested)
                {
                    Span<byte> output = guest.Output;
                    answer.CopyTo(output);
                    output[random.Next(answer.Length)] = (byte)random.Next(256);
                    written++;
                }
            });
            guest.Word = static word => word & uint.MaxValue; // at the start of the output buffer
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref written) > 0, Bound));
            try
            {
                for (int i = 0; i < 200; i++) Assert.InRange(guest.Sandbox.Call<string>("f", 64).Length, 0, answer.Length);
            }
            catch (GuestProtocolException poison)
            {
                Assert.IsType<PoisonReason.InvalidMessage>(poison.Reason);
            }
            catch (GuestErrorException)
            {
            }
            finally
            {
                ended.Cancel();
                scribbling.Wait(Bound);
            }
        }
    }

    [SkippableFact]
    public void Leaving_without_an_answer_is_taken_for_not_having_seen_the_call_once()
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        guest.MakeHot();
        int left = 0;
        guest.InsteadOfServing = () =>
        {
            left++;
            return VmExit.Output(GuestAbi.ReadyPort, 6_000);
        };
        Assert.Throws<GuestProtocolException>(() => guest.Sandbox.Call<int>("f", 1));
        Assert.InRange(left, 1, 2);
        Heals(guest, snapshot);
    }

    [SkippableFact]
    public void What_it_does_between_two_calls_is_the_next_call_s_and_no_snapshot_is_taken_of_it()
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        guest.MakeHot();
        var fault = new GuestFault(CpuException.InvalidOpcode, 0, default, default, default);
        guest.InsteadOfLooking = () => VmExit.Faulted(fault);
        Assert.True(SpinWait.SpinUntil(() => !guest.IsInside, Bound));
        guest.InsteadOfLooking = static () => null;

        Assert.Contains("Fault", Assert.Throws<MachineException>(guest.Sandbox.Snapshot).Message, StringComparison.Ordinal);
        Assert.Equal(SandboxStatus.Ready, guest.Sandbox.Status);
        var poison = Assert.Throws<GuestFaultException>(() => guest.Sandbox.Call<int>("f", 1));
        Assert.Equal(new PoisonReason.Faulted(fault), poison.Reason);
        Heals(guest, snapshot);
    }

    [SkippableFact]
    public void Calls_of_host_functions_between_two_calls_are_served_with_the_next_one()
    {
        int called = 0;
        using var guest = new PollingGuest(builder => builder.HostFunction("Count", () => { called++; }));
        guest.MakeHot();
        int left = 3;
        guest.InsteadOfLooking = () =>
        {
            if (left-- <= 0) return null;
            guest.Machine.Emit(4096, new MessageWriter().WriteCall("Count", GuestValueType.Void, [])[GuestAbi.SizePrefix..]);
            return VmExit.Output(GuestAbi.HostCallPort, 4096);
        };
        Assert.True(SpinWait.SpinUntil(() => !guest.IsInside, Bound));
        Assert.Equal(0, called);
        Assert.Equal(6, guest.Sandbox.Call<int>("f", 5));
        Assert.Equal(3, called);
    }

    [SkippableFact]
    public void A_guest_that_stays_without_a_call_is_stopped_and_goes_on_when_there_is_one()
    {
        using var guest = new PollingGuest();
        guest.MakeHot();
        int asked = guest.Machine.InterruptAttempts;
        Assert.True(SpinWait.SpinUntil(() => guest.Machine.InterruptAttempts > asked && !guest.IsInside, Bound)); // it would look for ever
        Assert.Equal(6, guest.Sandbox.Call<int>("f", 5));
    }

    [SkippableFact]
    public void A_guest_that_will_not_rest_keeps_snapshots_from_being_taken_and_its_next_call_can_be_killed()
    {
        using var guest = new PollingGuest();
        Snapshot snapshot = guest.Sandbox.Snapshot();
        guest.MakeHot();
        using var isSpinning = new ManualResetEventSlim();
        guest.InsteadOfLooking = () =>
        {
            isSpinning.Set();
            return guest.SpinUntilInterrupted();
        };
        Assert.True(isSpinning.Wait(Bound));
        Assert.Throws<MachineException>(guest.Sandbox.Snapshot);
        Assert.Throws<MachineException>(guest.Sandbox.Snapshot);

        Task<GuestKilledException> call = Task.Run(() => Assert.Throws<GuestKilledException>(() => guest.Sandbox.Call<int>("f", 1)));
        Assert.True(SpinWait.SpinUntil(() => guest.Sandbox.InterruptHandle.Kill().Result == KillOutcome.Killed, Bound));
        Assert.IsType<PoisonReason.Killed>(call.Result.Reason);
        guest.InsteadOfLooking = static () => null;
        Heals(guest, snapshot);
    }

    [SkippableFact]
    public void A_machine_that_fails_on_its_thread_poisons_the_call_with_what_failed()
    {
        using var guest = new PollingGuest();
        guest.MakeHot();
        guest.InsteadOfServing = () => throw MachineException.FromErrno("KVM_RUN", 5);
        var poison = Assert.Throws<HostFailedException>(() => guest.Sandbox.Call<int>("f", 1));
        Assert.Contains("KVM_RUN", poison.Message, StringComparison.Ordinal);
    }

    private static void CallUntilItFails(PollingGuest guest)
    {
        for (int i = 0; i < 100_000; i++) guest.Sandbox.Call<int>("f", 64);
    }

    private static void Heals(PollingGuest guest, Snapshot snapshot)
    {
        guest.Word = static word => word;
        guest.InsteadOfServing = static () => null;
        guest.Sandbox.Restore(snapshot);
        for (int i = 0; i < 50; i++) Assert.Equal(i + 1, guest.Sandbox.Call<int>("f", i));
        Assert.True(guest.Sandbox.BuffersAreClean);
    }
}
