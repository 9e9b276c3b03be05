using SandboxActors.Core;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Nothing that comes in at a debugger's port harms the host, or gives away or changes what is not the guest's.</summary>
public sealed class HostileDebuggerSpec
{
    [SkippableTheory]
    [OnEachBackend(1)]
    [OnEachBackend(2)]
    [OnEachBackend(3)]
    public void Noise_is_passed_over_and_the_next_client_served(string backend, int seed)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        var random = new Random(seed);
        for (int client = 0; client < 20; client++)
        {
            using var noisy = sandbox.Connect();
            byte[] noise = new byte[random.Next(20_000)];
            random.NextBytes(noise);
            Try(() => noisy.SendRaw(noise));
        }

        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
        using var good = sandbox.Connect();
        Assert.StartsWith("T05", good.Ask("?"));
    }

    [SkippableTheory]
    [OnEachBackend(4)]
    [OnEachBackend(5)]
    public void Whole_packets_with_anything_in_them_are_answered_or_refused(string backend, int seed)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Snapshot snapshot = sandbox.Snapshot();
        var random = new Random(seed);
        string[] commands = ["m", "M", "X", "Z0,", "Z1,", "Z2,", "Z3,", "Z4,", "z0,", "z4,", "p", "P", "G", "g", "q", "qXfer:features:read:target.xml:", "Q", "H", "T", "v", "?", "!"];
        using (var client = sandbox.Connect())
        {
            client.Ask("?");
            for (int i = 0; i < 2000; i++)
            {
                string answer = client.Ask(commands[random.Next(commands.Length)] + Garbage(random));
                Assert.True(answer.Length <= 16 << 10, $"An answer of {answer.Length} characters.");
            }
        }

        sandbox.WaitFor(debugger => !debugger.IsAttached);
        sandbox.Restore(snapshot);
        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
    }

    [SkippableTheory, OnEachBackend]
    public void A_request_that_a_web_page_sends_is_not_looked_into(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var page = sandbox.Connect();
        page.SendRaw($"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n{RemoteClient.Packet("?")}");
        Assert.Throws<IOException>(() => page.Next());
        Assert.False(sandbox.Debugger!.IsAttached);
    }

    [SkippableTheory, OnEachBackend]
    public void Packets_that_are_damaged_or_too_long_are_asked_for_again(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        client.SendRaw("$?#00");
        Assert.Equal('-', client.Next());
        client.SendRaw("$?#zz");
        Assert.Equal('-', client.Next());
        client.SendRaw(RemoteClient.Packet(new string('m', 100_000)));
        Assert.Equal('-', client.Next());
        Assert.False(sandbox.Debugger!.IsAttached);
        Assert.StartsWith("T05", client.Ask("?"));
        client.SendRaw("-");
        Assert.StartsWith("T05", client.Receive());
    }

    [SkippableTheory, OnEachBackend]
    public void Only_memory_of_the_guest_is_read_and_only_its_own_is_written(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        var layout = sandbox.Vm.Memory.Layout;
        using var client = sandbox.Connect();
        client.Ask("?");
        foreach (string address in new[] { "0", "1000", "ffffffffffffffff", "fffffffffffffff8", "7fffffffffff", "f00000000", "f00000fff", "effffffff", $"{layout.StackGuard.Start.Value:x}" })
        {
            Assert.Equal("E0e", client.Ask($"m{address},10"));
            Assert.Equal("E0e", client.Ask($"M{address},1:00"));
        }

        // Up to the end and no further.
        Assert.Equal(32, client.Ask($"m{layout.Stack.End.Value - 16:x},1000").Length);
        Assert.Equal("E0e", client.Ask($"M{layout.Stack.End.Value - 1:x},2:0000"));
        Assert.Equal("E0e", client.Ask($"m{layout.Stack.End.Value:x},1"));
        Assert.InRange(client.Ask($"m{layout.Heap.Start.Value:x},ffffffffffffffff").Length, 2, 16 << 10);
        // What the host alone writes.
        foreach (var part in new[] { layout.Boot, layout.Input, layout.Calls }) Assert.Equal("E0e", client.Ask($"M{part.Start.Value:x},1:00"));
    }

    [SkippableTheory, OnEachBackend]
    public void What_no_guest_may_hold_is_not_written_to_its_registers(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        client.Ask("?");
        Assert.Equal("E16", client.Ask("P10=0000000000000080")); // rip, not canonical
        Assert.Equal("E01", client.Ask("P12=10000000")); // cs
        Assert.Equal("E01", client.Ask("P39=0000000000000000")); // fs_base
        Assert.Equal("E16", client.Ask("P11=00")); // eflags, too short
        Assert.Equal("E16", client.Ask("P1000=00"));
        ulong before = client.Register(0x11);
        Assert.Equal("OK", client.Ask("P11=ffffffff"));
        Assert.Equal(before | 0x24_0CD5, client.Register(0x11)); // no trap flag, no IOPL, no interrupt flag
        Assert.Equal("OK", client.Ask($"P11={before & 0xFF:x2}{before >> 8 & 0xFF:x2}0000"));
        Assert.Equal("OK", client.Ask("D"));
        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
    }

    [SkippableTheory, OnEachBackend]
    public void There_are_only_so_many_breakpoints_and_watchpoints(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        using var client = sandbox.Connect();
        client.Ask("?");
        Assert.Equal("E01", client.Ask("Z2,400000,ffffffffffffffff"));
        Assert.Equal(64, Enumerable.Range(0, 100).Count(i => client.Ask($"Z2,{0x40_0000 + i:x},8") == "OK"));
        Assert.Equal(1024, Enumerable.Range(0, 1100).Count(i => client.Ask($"Z0,{0x40_0000 + i:x},1") == "OK"));
        Assert.Equal("OK", client.Ask("D"));
        Assert.Equal("still here", sandbox.Call<string>("Echo", "still here"));
    }

    private static string Garbage(Random random)
    {
        const string Likely = "0123456789abcdef,;:=+-";
        char[] characters = new char[random.Next(40)];
        for (int i = 0; i < characters.Length; i++)
        {
            char any = (char)random.Next(256);
            bool isAny = random.Next(20) == 0 && any is not ('#' or '$' or '}');
            characters[i] = isAny ? any : Likely[random.Next(Likely.Length)];
        }

        return new string(characters);
    }

    // The other side may have closed the connection.
    private static void Try(Action send)
    {
        try
        {
            send();
        }
        catch (IOException)
        {
            return;
        }
    }
}
