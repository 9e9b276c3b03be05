using System.Buffers.Binary;
using CsCheck;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>What the report of a poison says of guests that no compiler would make, and where the machine does not tell.</summary>
public sealed class CrashReportSpec
{
    private const ulong Caller = 0x40_0000;
    private const ulong Function = 0x40_0010;
    private const ulong BehindCall = Caller + 9;

    // caller: push rbp; mov rbp, rsp; call function; nop...
    // function: push rbp; mov rbp, rsp; push rbx; pop rbx; leave; ret
    private static readonly byte[] Code =
    [
        0x55, 0x48, 0x89, 0xE5, 0xE8, 0x07, 0x00, 0x00, 0x00, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
        0x55, 0x48, 0x89, 0xE5, 0x53, 0x5B, 0xC9, 0xC3,
    ];

    private static readonly GuestImage Image = MakeImage(s => s.Add("caller", Caller, 16).Add("function", Function, 8));

    [Fact]
    public void Registers_that_cannot_be_read_are_missed_in_the_report_and_nowhere_else()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        machine.Failing = nameof(IVirtualMachine.ReadGuestRegisters);
        GuestFaultException failure = Fault(sandbox, machine, Function);

        CrashReport report = failure.CrashReport!;
        Assert.Null(report.Registers);
        Assert.Contains("registers: ReadGuestRegisters failed", Assert.Single(report.Problems));
        Assert.Equal("function", report.Location?.Symbol); // the fault itself says where
        Assert.Equal("push    rbp", report.Instruction);
        Assert.IsType<PoisonReason.Faulted>(sandbox.PoisonReason);
        Assert.True(sandbox.BuffersAreClean);
        sandbox.Restore(snapshot);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Fact]
    public void The_report_goes_when_the_sandbox_is_healed_and_stays_in_the_exception()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        Assert.Null(sandbox.CrashReport);
        GuestFaultException failure = Fault(sandbox, machine, Function);
        Assert.NotNull(failure.CrashReport);
        Assert.Same(failure.CrashReport, sandbox.CrashReport);
        sandbox.Restore(snapshot);
        Assert.Null(sandbox.CrashReport);
        Assert.EndsWith(failure.CrashReport.ToString(), failure.ToString());
    }

    [Theory]
    [InlineData(Function, 0)] // nothing done yet: the return address is on top
    [InlineData(Function + 1, 8)] // behind push rbp
    [InlineData(Function + 7, 0)] // at ret
    public void A_function_without_a_frame_of_its_own_has_its_caller_found_on_the_stack(ulong instruction, int pushed)
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        GuestAddress stack = Stack(machine);
        machine.GuestRegisters = new GeneralRegisters { Rip = instruction, Rsp = stack.Value, Rbp = 0 };
        WriteWord(machine, stack + (ulong)pushed, BehindCall);
        Assert.Equal(["function", "caller"], Fault(sandbox, machine, instruction).CrashReport!.StackTrace.Select(location => location.Symbol));
    }

    [Fact]
    public void A_function_with_a_frame_has_its_caller_found_by_that()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        GuestAddress stack = Stack(machine);
        machine.GuestRegisters = new GeneralRegisters { Rip = Function + 4, Rsp = stack.Value, Rbp = stack.Value };
        WriteWord(machine, stack, 0);
        WriteWord(machine, stack + 8, BehindCall);
        CrashReport report = Fault(sandbox, machine, Function + 4).CrashReport!;
        Assert.Equal(["function+0x4", "caller+0x9"], report.StackTrace.Select(location => location.ToString()));
    }

    [Fact]
    public void What_is_on_top_of_the_stack_and_is_no_return_address_is_no_caller()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        GuestAddress stack = Stack(machine);
        machine.GuestRegisters = new GeneralRegisters { Rip = Function, Rsp = stack.Value };
        WriteWord(machine, stack, BehindCall + 1);
        Assert.Single(Fault(sandbox, machine, Function).CrashReport!.StackTrace);
    }

    [Fact]
    public void Code_of_a_mapped_region_is_shown_as_it_was()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(4096);
        memory.Slice(0, 1)[0] = 0xF4; // hlt
        var region = new GuestAddress(0x1_0000_0000);
        sandbox.MapRegion(region, memory, MemoryAccess.Read | MemoryAccess.Execute);
        machine.GuestRegisters = new GeneralRegisters { Rip = region.Value };
        CrashReport report = Fault(sandbox, machine, region.Value).CrashReport!;
        memory.Slice(0, 1)[0] = 0x90;
        Assert.Equal("hlt", report.Instruction);
        Assert.Contains("\nat mapped region\n", report.ToString());
    }

    [Fact]
    public void Code_of_a_mapped_file_that_has_become_shorter_is_missed_in_the_report()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[8192]);
            using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
            var region = new GuestAddress(0x1_0000_0000);
            sandbox.MapFile(path, region);
            using (var file = new FileStream(path, FileMode.Open)) file.SetLength(100);
            machine.GuestRegisters = new GeneralRegisters { Rip = region.Value + 5000 };
            CrashReport report = Fault(sandbox, machine, region.Value + 5000).CrashReport!;
            Assert.Equal("code: the mapped file has become shorter", Assert.Single(report.Problems));
            Assert.Null(report.Instruction);
            Assert.Contains("no code that is known", report.ToString());
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void An_image_without_symbols_says_so_and_shows_addresses()
    {
        using Sandbox sandbox = Scripted(GuestImage.FromBytes(new ElfBuilder().Build()), out ScriptedMachine machine);
        CrashReport report = Fault(sandbox, machine, Caller).CrashReport!;
        Assert.Equal(new CodeLocation(new GuestAddress(Caller), null, 0), report.Location);
        Assert.Equal("symbols: the file has no section headers", Assert.Single(report.Problems));
    }

    [Theory]
    [InlineData(0x10UL, "null page")]
    [InlineData(0x3F_F000UL, "guard below code")]
    [InlineData(0x40_0000UL, "code")]
    [InlineData(0x3_0000_0000UL, "unmapped memory")]
    [InlineData(0xF_0000_0000UL, "outside the guest's memory")]
    public void What_was_touched_is_said_by_name(ulong address, string place)
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        Assert.Equal(place, Touch(sandbox, machine, new GuestAddress(address)).TouchedPlace!.Name);
    }

    [Fact]
    public void Guards_and_parts_are_said_by_name()
    {
        using Sandbox sandbox = Scripted(Image, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        (GuestRange input, GuestRange output) = machine.Buffers;
        (ulong Address, string Place)[] places =
        [
            (input.Start.Value, "input buffer"), (input.Start.Value - 1, "guard below input buffer"), (output.End.Value - 1, "output buffer"),
            (output.End.Value, "guard below buffer of answers"),
            (machine.GeneralAtStart.Rsp, "stack"), (machine.GeneralAtStart.Rsp + 8, "guard above stack"),
            (machine.GeneralAtStart.Rsp + 8 - (16 << 10) - 1, "stack guard"),
        ];
        foreach ((ulong address, string place) in places)
        {
            Assert.Equal(place, Touch(sandbox, machine, new GuestAddress(address)).TouchedPlace!.Name);
            sandbox.Restore(snapshot);
        }
    }

    /// <summary>Registers and a stack of any content: the report is made and read, and nothing of the guest's gets onto a line of its own.</summary>
    [Fact]
    public void No_registers_and_no_stack_keep_a_report_from_being_read()
    {
        GuestImage image = MakeImage(s => s.Add("x\u001b\n\u2028", Caller, 16).Add("function", Function, 8));
        using Sandbox sandbox = Scripted(image, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        ulong stack = Stack(machine).Value;
        Gen<ulong> onStack = Gen.ULong[0, 0x100].Select(i => stack + (i * 4));
        Gen<ulong> value = Gen.OneOf(Gen.ULong, Gen.ULong[0, 64], Gen.ULong[Caller - 16, Caller + 64], onStack, Gen.Const(ulong.MaxValue));
        Gen.Select(value, value, value, value.Array[64]).Sample(
            (rip, rsp, rbp, words) =>
            {
                for (int i = 0; i < words.Length; i++) WriteWord(machine, new GuestAddress(stack + ((ulong)i * 8)), words[i]);
                machine.GuestRegisters = new GeneralRegisters { Rip = rip, Rsp = rsp, Rbp = rbp, Rdi = words[0] };
                string text = Fault(sandbox, machine, rip).CrashReport!.ToString();
                Assert.DoesNotContain(text, c => (char.IsControl(c) && c != '\n') || c == '\u2028');
                Assert.True(text.Length < 20_000);
                sandbox.Restore(snapshot);
            },
            iter: 5_000, threads: 1);
    }

    private static CrashReport Touch(Sandbox sandbox, ScriptedMachine machine, GuestAddress address)
    {
        machine.OnRun = _ => VmExit.Faulted(new GuestFault(CpuException.PageFault, 4, address, new GuestAddress(Function), default));
        return Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("Any")).CrashReport!;
    }

    private static GuestFaultException Fault(Sandbox sandbox, ScriptedMachine machine, ulong instruction)
    {
        machine.OnRun = _ => VmExit.Faulted(new GuestFault(CpuException.InvalidOpcode, 0, default, new GuestAddress(instruction), default));
        return Assert.Throws<GuestFaultException>(() => sandbox.Call("Any"));
    }

    // Somewhere in the middle of its 16 KiB.
    private static GuestAddress Stack(ScriptedMachine machine) => new GuestAddress(machine.GeneralAtStart.Rsp).PageStart - 4096;

    private static void WriteWord(ScriptedMachine machine, GuestAddress address, ulong word) =>
        BinaryPrimitives.WriteUInt64LittleEndian(machine.Memory(address, 8), word);

    private static GuestImage MakeImage(Action<ElfSymbols> configure)
    {
        var elf = new ElfBuilder();
        elf.Segments[0] = elf.Segments[0] with { FileSize = (ulong)Code.Length, MemorySize = (ulong)Code.Length };
        byte[] file = elf.Build();
        Code.CopyTo(file.AsSpan(0x1000));
        var symbols = new ElfSymbols();
        configure(symbols);
        return GuestImage.FromBytes(symbols.AppendTo(file));
    }

    private static Sandbox Scripted(GuestImage image, out ScriptedMachine machine)
    {
        var hypervisor = new ScriptedHypervisor();
        Sandbox sandbox = new SandboxBuilder(hypervisor, image).PrintTo(static _ => { }).HeapSize(16 << 10).StackSize(16 << 10)
            .InputBufferSize(4096).OutputBufferSize(8192).Build();
        machine = hypervisor.Machines[0];
        return sandbox;
    }
}
