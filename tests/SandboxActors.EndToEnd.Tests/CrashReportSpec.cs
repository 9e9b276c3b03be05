using System.Text.RegularExpressions;
using SandboxActors.Core;
using SandboxActors.Core.Tests;
using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>Every poison comes with a report that says where the guest stood and how it had come there.</summary>
public sealed class CrashReportSpec
{
    private static readonly string[] Outwards = ["guest_serve_message", "guest_serve_call", "guest_entry"];

    /// <summary>The whole text, for a guest made by hand, whose every byte is known.</summary>
    [SkippableTheory, OnEachBackend]
    public void A_report_is_read_from_top_to_bottom(string backend)
    {
        using Sandbox sandbox = new SandboxBuilder(Backends.Open(backend), HandMade()).Build();
        CrashReport report = Assert.Throws<GuestMemoryViolationException>(() => sandbox.Call("Leaf")).CrashReport!;
        string expected = """
            Sandbox N of guest 'hand-made' was poisoned in 'Leaf':
              memory violation: Write at 0x8, where None is permitted (instruction 0x400023)
              0x8 is in null page (no access)

            at leaf+0x3
                 0x400020  push    rdi
                 0x400021  xor     ecx, ecx
              => 0x400023  mov     [rcx+8], rdi
                 0x400027  pop     rdi
                 0x400028  ret

            stack trace
              #0   0x400023  leaf+0x3
              #1   0x40001e  serve+0xe
              #2   0x40000d  start+0xd

            registers
              rip   0x0000000000400023  code, leaf+0x3
              rsp   0x................  stack+0xffd0
              rbp   0x................  stack+0xffe0
              rax   0x0000000000000000
              rbx   0x0000000000000000
              rcx   0x0000000000000000
              rdx   0x0000000000000000
              rsi   0x0000000000000000
              rdi   0x0000000000400020  code, leaf
              r8    0x0000000000000000
              r9    0x0000000000000000
              r10   0x0000000000000000
              r11   0x0000000000000000
              r12   0x0000000000000000
              r13   0x0000000000000000
              r14   0x0000000000000000
              r15   0x0000000000000000
              flags 0x0000000000000046  [PF ZF]
            """;
        string text = report.ToString().Replace($"Sandbox {sandbox.Id} ", "Sandbox N ", StringComparison.Ordinal);
        text = Regex.Replace(text, "0x[0-9a-f]{16}  stack", "0x................  stack"); // where it lies follows from all the sizes before it
        text = text.Replace("10046  [PF ZF RF]", "00046  [PF ZF]", StringComparison.Ordinal); // software knows no resume flag
        Assert.Equal(expected.ReplaceLineEndings("\n"), text);
    }

    [SkippableTheory, OnEachBackend]
    public void A_fault_is_shown_with_its_instruction_and_its_callers(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call("TriggerException"));
        Assert.Equal("guest_function_TriggerException", report.Location?.Symbol);
        Assert.Equal("ud2", report.Instruction);
        AssertCalled(report, "guest_function_TriggerException");
        Assert.Equal(((PoisonReason.Faulted)report.Reason).Fault.InstructionPointer.Value, report.Registers!.Value.Rip);
        Assert.Empty(report.Problems);
    }

    [SkippableTheory, OnEachBackend]
    public void A_panic_is_shown_with_the_function_that_panicked(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call("guest_panic", "on \u001b[31mpurpose\nSandbox 1 is fine"));
        Assert.StartsWith("out ", report.Instruction);
        AssertCalled(report, "guest_panic", "guest_function_guest_panic");
        Assert.Contains("  panic: on \\u{1b}[31mpurpose\\u{a}Sandbox 1 is fine\n", report.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void A_kill_is_shown_with_where_the_guest_spun(string backend)
    {
        CrashReport report = Poison(backend, s =>
        {
            s.Call("Spin", new CallOptions { Timeout = TimeSpan.FromMilliseconds(20) });
        });
        Assert.IsType<PoisonReason.DeadlineExceeded>(report.Reason);
        Assert.Equal("guest_function_Spin", report.Location?.Symbol);
        AssertCalled(report, "guest_function_Spin");
    }

    [SkippableTheory, OnEachBackend]
    public void A_stack_overflow_is_shown_with_the_guard_and_with_the_recursion_counted(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call<int>("StackOverflow", int.MaxValue));
        Assert.Equal("stack guard", report.TouchedPlace?.Name);
        Assert.Equal(MemoryAccess.Guard, report.TouchedPlace?.Access);
        Assert.All(report.StackTrace, frame => Assert.Equal("recurse", frame.Symbol));
        Assert.Contains("times more, up to #128\n       more than 128 frames", report.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void A_write_to_code_is_shown_with_what_may_be_done_there(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call("WriteOwnCode"));
        Assert.Equal(("code", MemoryAccess.Read | MemoryAccess.Execute), (report.TouchedPlace!.Name, report.TouchedPlace.Access));
        Assert.StartsWith("mov     byte ptr [guest_function_WriteOwnCode], 0xc3", report.Instruction);
        Assert.Contains(" (read, execute): guest_function_WriteOwnCode\n", report.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void A_jump_into_data_is_shown_with_who_jumped(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call<string>("ExecuteOnHeap"));
        Assert.Null(report.Instruction);
        Assert.Equal("heap", report.TouchedPlace?.Name);
        Assert.Equal([null, "guest_function_ExecuteOnHeap", .. Outwards], report.StackTrace.Select(frame => frame.Symbol));
    }

    [SkippableTheory, OnEachBackend]
    public void A_breakpoint_is_shown_at_itself_and_not_behind(string backend) =>
        Assert.Equal("int3", Poison(backend, s => s.Call("Breakpoint")).Instruction);

    [SkippableTheory, OnEachBackend]
    public void A_wrong_port_is_shown_with_the_instruction_that_named_it(string backend) =>
        Assert.Equal("out     dx, al", Poison(backend, s => s.Call("OutbWithPort", 0x80u, 1u)).Instruction);

    [SkippableTheory, OnEachBackend]
    public void An_overwritten_stack_ends_the_trace_and_says_why(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call<int>("BufferOverrun", new string('x', 40)));
        Assert.Contains("__stack_chk_fail", report.StackTrace.Select(frame => frame.Symbol));
        Assert.Contains("ends here: the frame pointer 0x7878787878787878 lies outside the stack", report.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void Every_line_of_code_stands_at_its_address(string backend)
    {
        CrashReport report = Poison(backend, s => s.Call("DivideByZero"));
        Assert.Matches(new Regex(@"^  => 0x[0-9a-f]+  div     [a-z]+$", RegexOptions.Multiline), report.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void A_guest_that_dies_as_it_starts_is_reported_too(string backend)
    {
        GuestImage image = GuestImage.FromBytes(new ElfSymbols().Add("start", 0x40_0000, 2).AppendTo(TinyGuest.Elf([0x0F, 0x0B])));
        GuestFaultException failure = Assert.Throws<GuestFaultException>(() => new SandboxBuilder(Backends.Open(backend), image).Build());
        Assert.Equal("start", failure.CrashReport?.Location?.ToString());
    }

    [SkippableTheory, OnEachBackend]
    public void A_call_that_rolls_back_by_itself_has_its_report_in_the_exception(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Builder(backend).StatePolicy(StatePolicy.RollBackOnFailure).Build();
        GuestFaultException failure = Assert.Throws<GuestFaultException>(() => sandbox.Call("TriggerException"));
        Assert.Equal("ud2", failure.CrashReport?.Instruction);
        Assert.Null(sandbox.CrashReport);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [SkippableTheory, OnEachBackend]
    public void Before_a_restored_guest_has_run_its_registers_are_those_restored(string backend)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        sandbox.Call("NoOp");
        Snapshot snapshot = sandbox.Snapshot();
        ulong rest = sandbox.Machine.ReadState().General.Rip;
        for (int round = 0; round < 3; round++)
        {
            sandbox.Call("NoOp");
            sandbox.Restore(snapshot);
            GuestCall call = sandbox.Start("NoOp", Wire.GuestValueType.Void);
            Task<KillOutcome> kill = sandbox.InterruptHandle.Kill();
            CrashReport report = Assert.IsType<GuestKilledException>(call.Step().Failure).CrashReport!;
            Assert.True(kill.IsCompletedSuccessfully);
            Assert.Equal(rest, report.Registers!.Value.Rip);
            Assert.Equal("guest_entry", report.Location?.Symbol);
            sandbox.Restore(snapshot);
        }
    }

    private static void AssertCalled(CrashReport report, params string[] innermost) =>
        Assert.Equal([.. innermost, .. Outwards], report.StackTrace.Select(frame => frame.Symbol));

    private static CrashReport Poison(string backend, Action<Sandbox> call)
    {
        using Sandbox sandbox = SimpleGuest.Sandbox(backend);
        GuestPoisonException failure = Assert.ThrowsAny<GuestPoisonException>(() => call(sandbox));
        Assert.Same(failure.CrashReport, sandbox.CrashReport);
        Assert.Same(failure.Reason, failure.CrashReport!.Reason);
        Assert.Equal(sandbox.Id, failure.CrashReport.SandboxId);
        Assert.Equal("simple", failure.CrashReport.Guest);
        return failure.CrashReport;
    }

    // start: push rbp; mov rbp, rsp; xor eax, eax; out 0xE0, eax; call serve; jmp to itself; nop
    // serve: push rbp; mov rbp, rsp; mov edi, leaf; call leaf; leave; ret
    // leaf: push rdi; xor ecx, ecx; mov [rcx+8], rdi; pop rdi; ret
    private static GuestImage HandMade() => GuestImage.FromBytes(
        new ElfSymbols().Add("start", 0x40_0000, 16).Add("serve", 0x40_0010, 16).Add("leaf", 0x40_0020, 9).AppendTo(TinyGuest.Elf(
        [
            0x55, 0x48, 0x89, 0xE5, 0x31, 0xC0, 0xE7, 0xE0, 0xE8, 0x03, 0x00, 0x00, 0x00, 0xEB, 0xFE, 0x90,
            0x55, 0x48, 0x89, 0xE5, 0xBF, 0x20, 0x00, 0x40, 0x00, 0xE8, 0x02, 0x00, 0x00, 0x00, 0xC9, 0xC3,
            0x57, 0x31, 0xC9, 0x48, 0x89, 0x79, 0x08, 0x5F, 0xC3,
        ])), "hand-made");
}
