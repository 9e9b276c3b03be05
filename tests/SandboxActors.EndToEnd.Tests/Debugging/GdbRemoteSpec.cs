using System.Text.RegularExpressions;
using SandboxActors.Core;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The real gdb attaches to a guest and drives it.</summary>
public sealed class GdbRemoteSpec
{
    private static readonly string[] Outwards = ["guest_serve_message", "guest_serve_call", "guest_entry"];

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_at_rest_is_shown_where_it_rests(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        string shown = await sandbox.AttachGdb("info registers", "backtrace", "info threads", "print $mxcsr", "print/x $fctrl");

        Assert.Matches(@"(?m)^rip +0x[0-9a-f]+ +0x[0-9a-f]+ <guest_entry\+\d+>", shown);
        Assert.Matches(@"(?m)^cs +0x33\b", shown);
        Assert.Matches(@"(?m)^ss +0x2b\b", shown);
        Assert.Matches(@"(?m)^fs_base +0x0\b", shown);
        Assert.Matches(@"(?m)^#0 .* guest_entry", shown);
        Assert.Contains("* 1    Thread 1", shown);
        Assert.Contains("[ IM DM ZM OM UM PM ]", shown);
        Assert.Contains("= 0x37f", shown);
        Assert.DoesNotContain("warning", shown);
        Assert.Equal(5, sandbox.Call<int>("AddToStatic", 5));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_breakpoint_stops_the_guest_with_its_callers_and_it_goes_on_step_by_step(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Task<string> gdb = sandbox.AttachGdb(
            "break guest_function_AddToStatic", "continue", "backtrace", "print $pc", "stepi", "print $pc", "stepi 3", "next", "finish", "print (int)number",
            "continue", "info breakpoints");

        Assert.Equal(5, sandbox.Call<int>("AddToStatic", 5));
        Assert.Equal(12, sandbox.Call<int>("AddToStatic", 7)); // from here gdb, at its end, detaches
        string shown = await gdb;

        Assert.Contains("Breakpoint 1, guest_function_AddToStatic () at simple/state.c:", shown);
        Assert.Equal(["guest_function_AddToStatic", .. Outwards], Frames(shown).Distinct().Take(4));
        MatchCollection places = Regex.Matches(shown, @"= \(void \(\*\)\(\)\) 0x([0-9a-f]+) <guest_function_AddToStatic(\+\d+)?>");
        Assert.Equal(["", "+1"], places.Select(place => place.Groups[2].Value));
        Assert.Contains("$3 = 5", shown);
        Assert.Contains("breakpoint already hit 2 times", shown);
    }

    [SkippableTheory, OnEachBackend]
    public async Task Watchpoints_and_hardware_breakpoints_stop_the_guest_where_it_touches_what_is_watched(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Task<string> gdb = sandbox.AttachGdb(
            "watch *(int*)&number", "continue", "delete",
            "hbreak guest_function_GetStatic", "continue", "backtrace 1", "delete",
            "rwatch *(int*)&number", "continue", "delete",
            "awatch *(int*)&number", "continue");

        Assert.Equal(5, sandbox.Call<int>("AddToStatic", 5));
        Assert.Equal(5, sandbox.Call<int>("GetStatic"));
        sandbox.Call("SetStatic", 9);
        string shown = await gdb;

        Assert.Matches(@"Hardware watchpoint 1: [^\n]+\n\nOld value = 0\nNew value = 5\n.*guest_function_AddToStatic", shown);
        Assert.Contains("Breakpoint 2, guest_function_GetStatic", shown);
        Assert.Matches(@"Hardware read watchpoint 3: [^\n]+\n\nValue = 5\n.*guest_function_GetStatic", shown);
        Assert.Matches(@"Hardware access \(read/write\) watchpoint 4: [^\n]+\n\nOld value = 5\nNew value = 9\n.*guest_function_SetStatic", shown);
        Assert.Equal(9, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task Memory_and_registers_can_be_changed(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Task<string> gdb = sandbox.AttachGdb(
            "set {int}&number = 4000", "break guest_function_AddToStatic", "continue", "set $xmm15.v2_int64[0] = 0x1122334455667788", "set $r15 = 77", "print $r15",
            "tbreak return_i32", "continue", "set $edi = 123", "detach");

        Assert.Equal(123, sandbox.Call<int>("AddToStatic", 2));
        string shown = await gdb;

        Assert.Contains("= 77", shown);
        Assert.Contains("detached", shown);
        Assert.Equal(4002, sandbox.Call<int>("GetStatic"));
        Assert.Equal(0x1122_3344_5566_7788UL, sandbox.Call<ulong>("GetVectorRegister"));
    }

    [SkippableTheory]
    [OnEachBackend("TriggerException", "SIGILL, Illegal instruction", "guest_function_TriggerException")]
    [OnEachBackend("DivideByZero", "SIGFPE, Arithmetic exception", "guest_function_DivideByZero")]
    [OnEachBackend("WriteOwnCode", "SIGSEGV, Segmentation fault", "guest_function_WriteOwnCode")]
    [OnEachBackend("InfiniteRecursion", "SIGSEGV, Segmentation fault", "recurse_forever")]
    [OnEachBackend("Breakpoint", "SIGTRAP, Trace/breakpoint trap", "guest_function_Breakpoint")]
    [OnEachBackend("guest_panic", "SIGABRT, Aborted", "guest_panic")]
    public async Task A_guest_that_would_die_is_stopped_where_it_would_and_dies_of_the_same_when_it_goes_on(string backend, string function, string signal, string place)
    {
        GuestValue[] arguments = function == "guest_panic" ? ["on purpose"] : [];
        using Sandbox alone = SimpleGuest.Sandbox(backend);
        GuestPoisonException expected = Assert.ThrowsAny<GuestPoisonException>(() => alone.Call(function, arguments));
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Snapshot snapshot = sandbox.Snapshot();
        Task<string> gdb = sandbox.AttachGdb("continue", "backtrace 3", "detach");

        GuestPoisonException failure = Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call(function, arguments));
        string shown = await gdb;

        Assert.Contains($"Program received signal {signal}", shown);
        Assert.Contains(place, Frames(shown));
        Assert.Equal(expected.Reason, failure.Reason);
        (GeneralRegisters there, GeneralRegisters here) = (expected.CrashReport!.Registers!.Value, failure.CrashReport!.Registers!.Value);
        Assert.Equal((there.Rip, there.Rsp, there.Rbp, there.Rflags), (here.Rip, here.Rsp, here.Rbp, here.Rflags));
        sandbox.Restore(snapshot);
        Assert.Equal(0, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_fault_that_is_mended_is_gone_on_from(string backend)
    {
        using Sandbox sandbox = DebuggedGuest.Builder(backend).Build();
        Task<string> gdb = sandbox.AttachGdb("continue", "set $pc = $pc + 1", "tbreak return_void", "signal 0", "detach");
        sandbox.Call("Halt");
        string shown = await gdb;
        Assert.Contains("Program received signal SIGSEGV", shown);
        Assert.Contains("Temporary breakpoint 1, return_void", shown);
    }

    [SkippableTheory, OnEachBackend]
    public async Task A_guest_that_runs_is_interrupted_from_the_keyboard_and_killed(string backend)
    {
        var entered = new TaskCompletionSource();
        using Sandbox sandbox = DebuggedGuest.Builder(backend).HostFunction("Entered", entered.SetResult).Build();
        Task<string> gdb = sandbox.AttachGdb(interrupt: entered.Task, "continue", "backtrace", "kill");

        await Assert.ThrowsAsync<GuestKilledException>(() => Task.Run(() => sandbox.Call("CallHostThenSpin", "Entered")).WaitAsync(DebuggedGuest.Patience));
        string shown = await gdb;

        Assert.Contains("Program received signal SIGINT, Interrupt", shown);
        Assert.Contains("guest_function_CallHostThenSpin", Frames(shown));
    }

    private static IEnumerable<string> Frames(string shown) =>
        Regex.Matches(shown, @"(?m)^#\d+ +(0x[0-9a-f]+ in )?(\w+)").Select(frame => frame.Groups[2].Value);
}
