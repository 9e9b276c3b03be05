using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>What a debugger that has a guest stopped means for everybody else: its caller, its killer, its snapshots, its time.</summary>
public sealed class DebugSessionSpec
{
    private const int Rip = 16;
    private static readonly ulong Function = DebuggedGuest.AddressOf("guest_function_AddToStatic");

    [SkippableTheory, OnEachBackend]
    public async Task While_a_guest_is_stopped_its_time_stands(string backend)
    {
        var clock = new ManualClock();
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Clock(clock).Build();
        using var client = sandbox.Connect();
        Task<int> call = StopInCall(sandbox, client, new CallOptions { Timeout = TimeSpan.FromSeconds(1), CpuBudget = TimeSpan.FromSeconds(1) });

        clock.Advance(TimeSpan.FromHours(1));
        client.Send("c");

        Assert.Equal(5, await call.WaitAsync(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_kill_ends_the_stop_and_the_call_and_the_debugger_stays(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Snapshot snapshot = sandbox.Snapshot();
        using var client = sandbox.Connect();
        Task<int> call = StopInCall(sandbox, client);

        Assert.Equal(KillOutcome.Killed, await sandbox.InterruptHandle.Kill().WaitAsync(DebuggedGuest.Patience));
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(DebuggedGuest.Patience));
        Assert.False(sandbox.Debugger!.IsStopped);
        Assert.Equal("E10", client.Ask("g"));
        sandbox.Restore(snapshot);
        client.Send("c");
        call = Task.Run(() => sandbox.Call<int>("AddToStatic", 6));
        Assert.StartsWith("T05", client.Receive()); // the breakpoint is there still
        client.Send("c");
        Assert.Equal(6, await call.WaitAsync(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Dispose_ends_the_stop_the_call_and_the_session(string backend)
    {
        Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        Task<int> call = StopInCall(sandbox, client);

        sandbox.Dispose();

        await Assert.ThrowsAnyAsync<Exception>(() => call.WaitAsync(DebuggedGuest.Patience));
        Assert.Throws<IOException>(client.Receive);
    }

    [SkippableTheory, OnEachBackend]
    public void A_debugger_that_waits_for_a_guest_is_told_when_it_goes(string backend)
    {
        Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        client.Ask("?");
        client.Send("c");
        sandbox.WaitFor(debugger => !debugger.IsStopped);

        sandbox.Dispose();

        Assert.Equal("W00", client.Receive());
    }

    [SkippableTheory]
    [OnEachBackend("D")]
    [OnEachBackend("")]
    [OnEachBackend("$m40")]
    public async Task A_debugger_that_goes_in_whatever_way_takes_its_breakpoints_along_and_the_guest_goes_on(string backend, string last)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Task<int> call;
        using (var client = sandbox.Connect())
        {
            call = StopInCall(sandbox, client);
            if (last == "D") Assert.Equal("OK", client.Ask(last));
            else client.SendRaw(last);
        }

        Assert.Equal(5, await call.WaitAsync(DebuggedGuest.Patience));
        sandbox.WaitFor(debugger => !debugger.IsAttached);
        Assert.Equal(10, sandbox.Call<int>("AddToStatic", 5));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_runs_is_interrupted_and_goes_on(string backend)
    {
        int calls = 0;
        using Sandbox sandbox = DebuggedGuest.Builder(backend).HostFunction("Loop", () => { Interlocked.Increment(ref calls); }).Build();
        using var client = sandbox.Connect();
        client.Ask("?");
        client.Send("c");
        Task call = Task.Run(() => sandbox.Call("HostCallLoop", "Loop"));
        for (int round = 0; round < 20; round++)
        {
            int before = Volatile.Read(ref calls);
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref calls) > before, DebuggedGuest.Patience));
            client.SendRaw(RemoteClient.Interrupt);
            Assert.StartsWith("T02", client.Receive());
            Assert.True(SimpleGuest.Image.Pages.Contains(new GuestAddress(client.Register(Rip))));
            client.Send("c");
        }

        await sandbox.InterruptHandle.Kill().WaitAsync(DebuggedGuest.Patience);
        await Assert.ThrowsAsync<GuestKilledException>(() => call.WaitAsync(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Snapshots_hold_no_breakpoints_and_a_restore_leaves_them_in_place(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        Task<int> call = StopInCall(sandbox, client);
        string code = client.Ask($"m{Function:x},4");
        client.Send("c");
        Assert.Equal(5, await call.WaitAsync(DebuggedGuest.Patience));
        Snapshot snapshot = sandbox.Snapshot();
        using Sandbox other = SimpleGuest.Sandbox(backend);
        using Sandbox fork = other.Fork(snapshot);

        Assert.Equal(10, fork.Call<int>("AddToStatic", 5)); // would meet a breakpoint that is not its own
        sandbox.Restore(snapshot);
        Task<int> again = Task.Run(() => sandbox.Call<int>("AddToStatic", 7));
        Assert.StartsWith("T05", client.Receive());
        Assert.Equal(code, client.Ask($"m{Function:x},4"));
        Assert.DoesNotContain("cc", code[..2]);
        client.Send("c");
        Assert.Equal(12, await again.WaitAsync(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public void What_a_debugger_writes_is_undone_by_a_restore_and_no_other_sandbox_s(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using Sandbox other = SimpleGuest.Sandbox(backend);
        Snapshot snapshot = sandbox.Snapshot();
        using (var client = sandbox.Connect())
        {
            client.Ask("?");
            Assert.Equal("OK", client.Ask($"M{Function:x},2:0f0b")); // ud2
            Assert.Equal("OK", client.Ask("D"));
        }

        Assert.Equal(5, other.Call<int>("AddToStatic", 5));
        Assert.Throws<GuestFaultException>(() => sandbox.Call<int>("AddToStatic", 5));
        sandbox.Restore(snapshot);
        Assert.Equal(5, sandbox.Call<int>("AddToStatic", 5));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_waits_for_its_host_can_be_looked_at_and_gets_its_answer(string backend)
    {
        var answer = new TaskCompletionSource<int>();
        using Sandbox sandbox = DebuggedGuest.Builder(backend).HostFunction("HostAdd", (int a, int b) => answer.Task).Build();
        Task<int> call = Task.Run(() => sandbox.Call<int>("Add", 2, 3));
        using var client = sandbox.Connect();

        Assert.StartsWith("T05", client.Ask("?"));
        answer.SetResult(42);
        Assert.False(call.IsCompleted);
        Assert.StartsWith("T05", client.Ask("s"));
        client.Send("c");

        Assert.Equal(42, await call.WaitAsync(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public void Mapped_memory_is_read_and_not_written_and_code_in_it_can_be_stopped_in(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        new byte[] { 0x90, 0x90, 0xC3 }.CopyTo(memory.Slice(0, 3)); // nop; nop; ret
        sandbox.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read | MemoryAccess.Execute);
        using var client = sandbox.Connect();
        client.Ask("?");

        Assert.Equal("9090c3", client.Ask("m100000000,3"));
        Assert.Equal("E0e", client.Ask("M100000000,1:cc"));
        Assert.Equal("OK", client.Ask("Z0,100000001,1"));
        client.Send("c");
        Task<bool> call = Task.Run(() => sandbox.Call<bool>("ExecMappedBuffer", 0x1_0000_0000UL, 3UL));
        Assert.StartsWith("T05", client.Receive());
        Assert.Equal(0x1_0000_0001UL, client.Register(Rip));
        Assert.Equal(0x90, memory.Read(1, 1)[0]);
        client.Send("c");
        Assert.True(call.Wait(DebuggedGuest.Patience));
    }

    [SkippableTheory, OnEachBackend]
    public void A_port_that_is_taken_is_refused_by_its_number_and_free_again_when_its_sandbox_goes(string backend)
    {
        int port;
        using (Sandbox first = DebuggedGuest.Builder(backend).Build())
        {
            port = first.Debugger!.EndPoint.Port;
            var refused = Assert.Throws<DebuggerUnavailableException>(DebuggedGuest.Builder(backend).Debug(new DebugOptions { Port = port }).Build);
            Assert.Equal(port, refused.Port);
            Assert.Contains(port.ToString(CultureInfo.InvariantCulture), refused.Message);
            using var client = first.Connect();
            client.Ask("?");
        }

        using Sandbox second = DebuggedGuest.Builder(backend).Debug(new DebugOptions { Port = port }).Build();
        Assert.Equal(port, second.Debugger!.EndPoint.Port);
        Assert.Equal(IPAddress.Loopback, second.Debugger.EndPoint.Address);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_does_not_come_up_can_be_looked_at_and_ended(string backend)
    {
        IPEndPoint target;
        using (Sandbox sandbox = DebuggedGuest.Builder(backend).Build()) target = sandbox.Debugger!.EndPoint;
        GuestImage spinning = GuestImage.FromBytes(TinyGuest.Elf([0x90, 0xEB, 0xFE])); // nop; jmp to itself
        SandboxBuilder builder = new SandboxBuilder(Backends.Open(backend), spinning).Debug(new DebugOptions { Port = target.Port });
        Task<Sandbox> build = Task.Run(builder.Build);
        RemoteClient? connected = null;
        Assert.True(SpinWait.SpinUntil(() => build.IsCompleted || TryConnect(target, out connected), DebuggedGuest.Patience));

        using (RemoteClient client = connected!)
        {
            Assert.StartsWith("T05", client.Ask("?"));
            Assert.InRange(client.Register(Rip), 0x40_0000UL, 0x40_0001UL);
            client.Send("k");
            await Assert.ThrowsAsync<GuestKilledException>(() => build.WaitAsync(DebuggedGuest.Patience));
        }
    }

    private static bool TryConnect(IPEndPoint target, out RemoteClient? client)
    {
        client = null;
        try
        {
            client = new RemoteClient(target);
            return true;
        }
        catch (SocketException)
        {
            return false; // it does not listen yet
        }
    }

    // Has a call of AddToStatic(5) stopped at its first instruction.
    private static Task<int> StopInCall(Sandbox sandbox, RemoteClient client, CallOptions? options = null)
    {
        Assert.StartsWith("T05", client.Ask("?"));
        Assert.Equal("OK", client.Ask($"Z0,{Function:x},1"));
        client.Send("c");
        Task<int> call = Task.Run(() => sandbox.Call<int>("AddToStatic", options ?? CallOptions.None, 5));
        Assert.StartsWith("T05", client.Receive());
        Assert.Equal(Function, client.Register(Rip));
        Assert.True(sandbox.Debugger!.IsStopped);
        return call;
    }
}
