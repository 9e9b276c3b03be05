using SandboxActors.Core.Diagnostics;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>When core files are written, where and for whom, and what happens when they cannot be.</summary>
public sealed class CrashDumpSpec : IDisposable
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build(), "the guest/../of danger");

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("dumps");

    private CrashDumpOptions Options => new() { Directory = Path.Combine(_directory.FullName, "made", "when", "needed") };

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void A_guest_that_dies_is_dumped_into_the_directory_under_a_name_that_says_what_it_was()
    {
        using Sandbox sandbox = Scripted(Options, out ScriptedMachine machine);
        CrashDumpOutcome dump = Die(sandbox, machine).Dump!;
        Assert.Null(dump.Problem);
        Assert.Equal(Options.Directory, Path.GetDirectoryName(dump.Path));
        Assert.Matches($@"^the_guest____of_danger-{sandbox.Id}-\d{{8}}T\d{{6}}\.\d{{3}}Z-Faulted\.core$", Path.GetFileName(dump.Path));
        Assert.Equal([dump.Path!], Directory.GetFiles(Options.Directory));
        var core = new ParsedCore(File.ReadAllBytes(dump.Path!));
        Assert.Equal(4, core.Notes[("CORE", 1)][12]); // SIGILL
        Assert.EndsWith($"core file\n  {dump.Path}", sandbox.CrashReport!.ToString());
    }

    [Fact]
    public void A_dump_holds_what_stood_in_the_buffers_when_the_guest_died()
    {
        using Sandbox sandbox = Scripted(Options, out ScriptedMachine machine);
        (GuestRange input, GuestRange output) = machine.Buffers;
        machine.OnRun = m =>
        {
            m.Emit(100, "last words"u8);
            return Dying(m);
        };
        GuestPoisonException poison = Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("Any"));
        var core = new ParsedCore(File.ReadAllBytes(poison.CrashReport!.Dump!.Path!));
        Assert.Equal("last words"u8.ToArray(), core.Memory(output.Start.Value + 104, 10));
        Assert.NotEqual(new byte[4], core.Memory(input.Start.Value, 4));
        Assert.True(sandbox.BuffersAreClean);
    }

    [SkippableFact]
    public void Files_and_directory_are_their_owners_alone()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no file modes.");
        using Sandbox sandbox = Scripted(Options, out ScriptedMachine machine);
        string path = Die(sandbox, machine).Dump!.Path!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(path).UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(Options.Directory).UnixFileMode);
    }

    [Fact]
    public void Guests_that_the_host_ended_are_dumped_if_that_is_wanted()
    {
        foreach (bool wanted in (bool[])[false, true])
        {
            using Sandbox sandbox = Scripted(Options with { OfEndedGuests = wanted }, out ScriptedMachine machine);
            machine.OnRun = _ =>
            {
                sandbox.InterruptHandle.Kill();
                return VmExit.Interrupted;
            };
            CrashReport report = Assert.Throws<GuestKilledException>(() => sandbox.Call("Any")).CrashReport!;
            Assert.Equal(wanted, report.Dump?.Path is not null);
        }
    }

    [Fact]
    public void No_more_files_are_written_than_there_may_be()
    {
        CrashDumpOptions options = Options with { MaximumNumber = 2 };
        using Sandbox sandbox = Scripted(options, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        long skipped = CrashDumpCounts.Current.Skipped;
        for (int i = 0; i < 4; i++)
        {
            CrashDumpOutcome dump = Die(sandbox, machine).Dump!;
            Assert.Equal(i < 2, dump.Path is not null);
            if (i >= 2) Assert.Equal("there are 2 core files, and 2 are the most", dump.Problem);
            sandbox.Restore(snapshot);
        }

        Assert.Equal(2, Directory.GetFiles(options.Directory).Length);
        Assert.True(CrashDumpCounts.Current.Skipped >= skipped + 2);
    }

    [Fact]
    public void A_file_left_unfinished_by_a_host_that_died_counts_too()
    {
        CrashDumpOptions options = Options with { MaximumNumber = 1 };
        PrivateFile.MakeDirectory(options.Directory);
        File.WriteAllText(Path.Combine(options.Directory, "old.core.1234" + PrivateFile.PartialSuffix), "half");
        using Sandbox sandbox = Scripted(options, out ScriptedMachine machine);
        Assert.Null(Die(sandbox, machine).Dump!.Path);
    }

    [Fact]
    public void A_file_that_would_be_too_large_is_not_written()
    {
        CrashDumpOptions options = Options with { MaximumSize = 10_000 };
        using Sandbox sandbox = Scripted(options, out ScriptedMachine machine);
        Assert.Matches(@"^it would have \d+ bytes, and 10000 are the most$", Die(sandbox, machine).Dump!.Problem);
        Assert.Empty(Directory.GetFiles(options.Directory));
    }

    [Fact]
    public void All_files_together_are_no_larger_than_they_may_be()
    {
        using Sandbox sandbox = Scripted(Options, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        long size = new FileInfo(Die(sandbox, machine).Dump!.Path!).Length;
        sandbox.Restore(snapshot);
        using Sandbox other = Scripted(Options with { MaximumTotalSize = (ulong)size + 10_000 }, out ScriptedMachine otherMachine);
        Assert.Matches(@"^with its \d+ bytes there would be \d+, and \d+ are the most$", Die(other, otherMachine).Dump!.Problem);
        Assert.Single(Directory.GetFiles(Options.Directory));
    }

    [Fact]
    public void A_dump_that_fails_changes_nothing_about_the_poison_and_says_why()
    {
        string file = Path.Combine(_directory.FullName, "file");
        File.WriteAllText(file, "no directory");
        using Sandbox sandbox = Scripted(new CrashDumpOptions { Directory = file }, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        long failed = CrashDumpCounts.Current.Failed;
        CrashDumpOutcome dump = Die(sandbox, machine).Dump!;
        Assert.Null(dump.Path);
        Assert.Contains(file, dump.Problem);
        Assert.True(CrashDumpCounts.Current.Failed > failed);
        Assert.Contains("core file\n  not written: ", sandbox.CrashReport!.ToString());
        sandbox.Restore(snapshot);
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Theory]
    [InlineData(nameof(IVirtualMachine.ReadState))]
    [InlineData(nameof(IVirtualMachine.ReadWrittenPages))]
    public void A_machine_that_cannot_be_read_leaves_no_file_and_the_poison_as_it_was(string operation)
    {
        using Sandbox sandbox = Scripted(Options, out ScriptedMachine machine);
        machine.OnRun = m =>
        {
            m.Failing = operation;
            return Dying(m);
        };
        CrashReport report = Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("Any")).CrashReport!;
        Assert.Contains(operation, report.Dump!.Problem);
        Assert.IsType<PoisonReason.Faulted>(report.Reason);
        Assert.Empty(Directory.GetFiles(Options.Directory));
        machine.Failing = operation;
        Assert.Throws<MachineException>(() => sandbox.GenerateCrashDump(Path.Combine(_directory.FullName, "asked.core")));
        Assert.Empty(Directory.GetFiles(_directory.FullName));
    }

    [Fact]
    public void A_sandbox_that_is_well_is_dumped_between_calls()
    {
        using Sandbox sandbox = Scripted(null, out ScriptedMachine machine);
        GuestAddress heap = machine.Buffers.Output.Start;
        machine.Memory(heap, 4).Fill(0x5A);
        using var stream = new MemoryStream();
        sandbox.GenerateCrashDump(stream);
        var core = new ParsedCore(stream.ToArray());
        Assert.Equal(0, core.Notes[("CORE", 1)][12]);
        Assert.Equal([0x5A, 0x5A, 0x5A, 0x5A], core.Memory(heap.Value, 4));
        Assert.Equal(SandboxStatus.Ready, sandbox.Status);
    }

    [Fact]
    public void Mapped_regions_are_in_the_dump()
    {
        using Sandbox sandbox = Scripted(null, out _);
        using GuestMemoryBlock memory = GuestMemoryArena.Shared.Allocate(8192);
        memory.Slice(5000, 3).Fill(9);
        sandbox.MapRegion(new GuestAddress(0x1_0000_0000), memory, MemoryAccess.Read | MemoryAccess.Execute);
        using var stream = new MemoryStream();
        sandbox.GenerateCrashDump(stream);
        var core = new ParsedCore(stream.ToArray());
        Assert.Equal([9, 9, 9], core.Memory(0x1_0000_0000 + 5000, 3));
        Assert.Equal(5u, core.Loads.Single(load => load.Address == 0x1_0000_0000).Flags);
    }

    [Fact]
    public void What_a_mapped_file_has_lost_is_zeros_in_the_dump()
    {
        string path = Path.Combine(_directory.FullName, "mapped");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)3, 8192)]);
        using Sandbox sandbox = Scripted(null, out _);
        sandbox.MapFile(path, new GuestAddress(0x1_0000_0000));
        using (var file = new FileStream(path, FileMode.Open)) file.SetLength(4096);
        using var stream = new MemoryStream();
        sandbox.GenerateCrashDump(stream);
        byte[] memory = new ParsedCore(stream.ToArray()).Memory(0x1_0000_0000, 8192);
        Assert.Equal((4096, 0), (memory[..4096].Count(b => b == 3), memory[4096..].Count(b => b != 0)));
    }

    [Fact]
    public void Nothing_is_dumped_while_a_call_is_in_flight_or_of_a_sandbox_that_has_no_state()
    {
        Sandbox sandbox = Scripted(null, out ScriptedMachine machine);
        Snapshot snapshot = sandbox.Snapshot();
        GuestCall call = sandbox.Start("Any", Wire.GuestValueType.Void);
        Assert.Throws<SandboxBusyException>(() => sandbox.GenerateCrashDump(Stream.Null));
        machine.OnRun = Dying;
        call.Step();
        sandbox.GenerateCrashDump(Stream.Null);
        machine.Failing = nameof(IVirtualMachine.WriteState);
        Assert.Throws<RestoreFailedException>(() => sandbox.Restore(snapshot));
        Assert.Throws<UnrecoverableSandboxException>(() => sandbox.GenerateCrashDump(Stream.Null));
        sandbox.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sandbox.GenerateCrashDump(Stream.Null));
    }

    [Fact]
    public void The_environment_names_the_directory_where_nobody_else_does()
    {
        Assert.Equal("/dumps", CrashDumpOptions.From(name => name == "SANDBOX_ACTORS_CRASH_DUMP_DIRECTORY" ? "/dumps" : null)?.Directory);
        Assert.Null(CrashDumpOptions.From(static _ => string.Empty));
        Assert.Null(CrashDumpOptions.From(static _ => null));
    }

    [Fact]
    public void Wrong_options_are_refused()
    {
        var builder = new SandboxBuilder(new ScriptedHypervisor(), Image);
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.CrashDumps(new CrashDumpOptions { Directory = " " }));
        Assert.Throws<ArgumentOutOfRangeException>(() => builder.CrashDumps(Options with { MaximumNumber = -1 }));
    }

    private static VmExit Dying(ScriptedMachine machine) =>
        VmExit.Faulted(new GuestFault(CpuException.InvalidOpcode, 0, default, new GuestAddress(0x40_0000), default));

    private static CrashReport Die(Sandbox sandbox, ScriptedMachine machine)
    {
        machine.OnRun = Dying;
        return Assert.ThrowsAny<GuestPoisonException>(() => sandbox.Call("Any")).CrashReport!;
    }

    private static Sandbox Scripted(CrashDumpOptions? options, out ScriptedMachine machine)
    {
        var hypervisor = new ScriptedHypervisor();
        Sandbox sandbox = new SandboxBuilder(hypervisor, Image).PrintTo(static _ => { }).CrashDumps(options).Build();
        machine = hypervisor.Machines[0];
        return sandbox;
    }
}
