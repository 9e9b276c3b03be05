using System.Globalization;
using System.Text.RegularExpressions;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The real gdb opens a guest's core file and shows what was.</summary>
public sealed partial class GdbSpec : IDisposable
{
    private static readonly string[] Outwards = ["guest_serve_message", "guest_serve_call", "guest_entry"];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cores");

    public void Dispose() => _directory.Delete(recursive: true);

    [SkippableTheory]
    [OnEachBackend("fault", "SIGILL", "guest_function_TriggerException")]
    [OnEachBackend("panic", "SIGABRT", "guest_panic")]
    [OnEachBackend("kill", "SIGKILL", "guest_function_Spin")]
    [OnEachBackend("overrun", "SIGSEGV", "guest_function_CheckMapped")]
    public void A_guest_s_end_is_shown_with_its_callers_its_registers_and_its_memory(string backend, string end, string signal, string innermost)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("SetStatic", 4242);
        CrashReport report = Assert.ThrowsAny<GuestPoisonException>(() => End(sandbox, end)).CrashReport!;
        string core = Path.Combine(_directory.FullName, "guest.core");
        sandbox.GenerateCrashDump(core);

        string shown = Gdb.Open(GuestFiles.Path("simple"), core, "backtrace", "info registers", "print (int)number");

        Assert.Contains($"Program terminated with signal {signal}", shown);
        AssertInOrder([innermost, .. Outwards], Frame().Matches(shown).Select(frame => frame.Groups["function"].Value));
        GeneralRegisters registers = report.Registers!.Value;
        (string Name, ulong Value)[] expected =
        [
            ("rax", registers.Rax), ("rbx", registers.Rbx), ("rcx", registers.Rcx), ("rdx", registers.Rdx), ("rsi", registers.Rsi),
            ("rdi", registers.Rdi), ("rbp", registers.Rbp), ("rsp", registers.Rsp), ("r8", registers.R8), ("r9", registers.R9),
            ("r10", registers.R10), ("r11", registers.R11), ("r12", registers.R12), ("r13", registers.R13), ("r14", registers.R14),
            ("r15", registers.R15), ("rip", registers.Rip), ("eflags", registers.Rflags), ("cs", 0x33), ("ss", 0x2B),
        ];
        Dictionary<string, ulong> told = Register().Matches(shown).ToDictionary(
            match => match.Groups["name"].Value,
            match => ulong.Parse(match.Groups["value"].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        Assert.All(expected, register => Assert.Equal(register.Value, told[register.Name]));
        Assert.Contains("$1 = 4242", shown);
        Assert.DoesNotContain("warning", shown);
        Assert.DoesNotContain("Cannot access memory", shown);
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_is_well_is_shown_as_it_rests(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call<int>("AddToStatic", 17);
        sandbox.Call("SetVectorRegister", 0x1122_3344_5566_7788UL);
        string core = Path.Combine(_directory.FullName, "guest.core");
        sandbox.GenerateCrashDump(core);

        string shown = Gdb.Open(GuestFiles.Path("simple"), core, "backtrace", "print (int)number", "print/x $xmm15.v2_int64[0]", "print $mxcsr");

        Assert.Equal(["guest_entry"], Frame().Matches(shown).Select(frame => frame.Groups["function"].Value).Distinct());
        Assert.DoesNotContain("terminated", shown);
        Assert.Contains("$1 = 17", shown);
        Assert.Contains("$2 = 0x1122334455667788", shown);
        Assert.Contains("$3 = [ IM DM ZM OM UM PM ]", shown);
        Assert.Equal(17, sandbox.Call<int>("GetStatic"));
    }

    [SkippableTheory, OnEachBackend]
    public void Mapped_regions_heap_and_untouched_memory_are_shown(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).HeapSize(64 << 20).Build();
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(8192);
        "mapped by the host"u8.CopyTo(memory.Slice(4096, 18));
        sandbox.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read);
        ulong pattern = sandbox.Call<ulong>("AllocAndWritePattern", 5_000_000UL, 7u);
        ulong untouched = pattern + (20 << 20);
        Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call<bool>("WriteMappedBuffer", 0x1_0000_0000UL, 16UL));
        string core = Path.Combine(_directory.FullName, "guest.core");
        sandbox.GenerateCrashDump(core);

        string shown = Gdb.Open(
            GuestFiles.Path("simple"), core,
            "x/s 0x100001000", $"x/gx {untouched}", $"find /b {pattern}, +5000000, *(char*){pattern}", "print $_siginfo._sifields._sigfault.si_addr");

        Assert.Contains("\"mapped by the host\"", shown);
        Assert.Matches($@"0x{untouched:x}:\s+0x0000000000000000", shown);
        Assert.Contains($"0x{pattern:x}", shown);
        Assert.Contains("(void *) 0x100000000", shown);
        Assert.DoesNotContain("Cannot access memory", shown);
    }

    [SkippableTheory, OnEachBackend]
    public void A_dump_written_by_itself_is_one_that_gdb_opens(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).CrashDumps(new CrashDumpOptions { Directory = _directory.FullName }).Build();
        GuestPoisonException failure = Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("DivideByZero"));
        string shown = Gdb.Open(GuestFiles.Path("simple"), failure.CrashReport!.Dump!.Path!, "backtrace");
        Assert.Contains("Core was generated by `simple.elf DivideByZero'", shown);
        Assert.Contains("Program terminated with signal SIGFPE", shown);
        AssertInOrder(["guest_function_DivideByZero", .. Outwards], Frame().Matches(shown).Select(frame => frame.Groups["function"].Value));
    }

    private static void End(Sandbox sandbox, string end)
    {
        switch (end)
        {
            case "fault":
                sandbox.Call("TriggerException");
                break;
            case "panic":
                sandbox.Call("guest_panic", "on purpose");
                break;
            case "overrun":
                sandbox.Call<bool>("CheckMapped", 0UL);
                break;
            default:
                Task killer = Task.Run(async () =>
                {
                    while (await sandbox.InterruptHandle.Kill() != KillOutcome.Killed) await Task.Yield();
                });
                try
                {
                    sandbox.Call("Spin");
                }
                finally
                {
                    Assert.True(killer.Wait(TimeSpan.FromSeconds(30)));
                }

                break;
        }
    }

    // gdb shows what was inlined as frames of its own, in between.
    private static void AssertInOrder(string[] expected, IEnumerable<string> frames)
    {
        string[] all = [.. frames];
        int found = 0;
        foreach (string frame in all)
            if (found < expected.Length && frame == expected[found]) found++;
        Assert.True(found == expected.Length, $"{string.Join(", ", expected)} are not, in this order, in: {string.Join(", ", all)}");
    }

    [GeneratedRegex(@"^#\d+ +(0x[0-9a-f]+ in )?(?<function>\w+)", RegexOptions.Multiline)]
    private static partial Regex Frame();

    [GeneratedRegex(@"^(?<name>[a-z]\w+) +0x(?<value>[0-9a-f]+)\b", RegexOptions.Multiline)]
    private static partial Regex Register();
}
