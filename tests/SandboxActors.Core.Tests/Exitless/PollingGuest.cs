using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.TestSupport;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests.Exitless;

/// <summary>
/// A guest on a scripted machine that looks for its next call as the SDK's does, on the thread that runs the machine, while the host goes on. It
/// answers a call <c>f(n)</c> with <c>n + 1</c>, unless the test says otherwise.
/// </summary>
internal sealed class PollingGuest : IDisposable
{
    private const int InputLength = 4096;
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());
    private readonly List<int> _served = [];
    private bool _hasStarted;
    private bool _isLooking;
    private bool _wasFound;
    private uint _place;
    private uint _number;
    private int _looksLeft;
    private int _interruptsSeen;

    public PollingGuest(Action<SandboxBuilder>? configure = null)
    {
        Skip.If(Environment.ProcessorCount < 2, "Guests look for calls only where there are two processors.");
        var hypervisor = new ScriptedHypervisor { HasCostlyExits = true, OnRun = Run };
        SandboxBuilder builder = new SandboxBuilder(hypervisor, Image).PrintTo(static _ => { }).Clock(Clock)
            .HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(InputLength).OutputBufferSize(8192).Exitless(TimeSpan.FromMilliseconds(1));
        configure?.Invoke(builder);
        Sandbox = builder.Build();
        Machine = hypervisor.Machines[0];
        Machine.OnWriteState = () => _isLooking = false; // where snapshots are taken
    }

    /// <summary>The sandbox's. It stands, so that every call comes soon after the one before.</summary>
    public ManualClock Clock { get; } = new();

    public Sandbox Sandbox { get; }

    public ScriptedMachine Machine { get; }

    /// <summary>The numbers that the guest was called with, in order.</summary>
    public IReadOnlyList<int> Served => _served;

    /// <summary>How often it looks for the next call before it leaves.</summary>
    public Func<int> Looks { get; set; } = static () => int.MaxValue;

    /// <summary>What it does instead of serving a call: leaves, or if null serves it all the same.</summary>
    public Func<VmExit?> InsteadOfServing { get; set; } = static () => null;

    /// <summary>What it does instead of looking for a call: leaves, or if null looks.</summary>
    public Func<VmExit?> InsteadOfLooking { get; set; } = static () => null;

    /// <summary>What its word is instead of what it should be.</summary>
    public Func<ulong, ulong> Word { get; set; } = static word => word;

    /// <summary>Whether it is on the machine, as far as the host knows.</summary>
    public bool IsInside => Sandbox.Exitless!.IsGuestLooking;

    public Span<byte> Output => Machine.Memory(Machine.Buffers.Output.Start, 8192);

    private ulong PollCounts => Volatile.Read(ref At<ulong>(Machine.Boot + BootInformation.PollCountsOffset));

    public uint CallNumber => Volatile.Read(ref At<uint>(Machine.Boot + BootInformation.CallNumberOffset));

    /// <summary>Calls it until it has stayed inside.</summary>
    public void MakeHot()
    {
        for (int i = 0; i < 100_000; i++)
        {
            Assert.Equal(i + 1, Sandbox.Call<int>("f", i));
            if (IsInside) return;
        }

        Assert.Fail("The guest never stayed inside.");
    }

    /// <summary>Leaves its word.</summary>
    public void SetWord(ulong word) => Volatile.Write(ref At<ulong>(Machine.BatchBuffers.Answers.Start + GuestAbi.AnsweredOffset), word);

    /// <summary>Waits until the host does not want it to look for calls any more.</summary>
    public void WaitUntilToldToRest() => Assert.True(SpinWait.SpinUntil(() => PollCounts == 0, TimeSpan.FromMinutes(2)));

    /// <summary>Waits until it has been asked to stop.</summary>
    public VmExit SpinUntilInterrupted()
    {
        while (!TakeInterrupt()) Thread.Yield();
        return VmExit.Interrupted;
    }

    public void Dispose() => Sandbox.Dispose();

    private VmExit Run(ScriptedMachine machine)
    {
        if (!_hasStarted)
        {
            _hasStarted = true;
            return ScriptedMachine.Ready;
        }

        if (TakeInterrupt()) return VmExit.Interrupted; // asked for while it did not run
        while (true)
        {
            if (!_isLooking)
            {
                if (InsteadOfServing() is { } odd) return odd;
                Serve();
                if (PollCounts == 0 && !_wasFound) return Leave();
                _number = CallNumber;
                _looksLeft = Looks();
                _isLooking = true;
                SetWord(Word(((ulong)_place << 32) | _number));
            }

            while (CallNumber == _number)
            {
                if (InsteadOfLooking() is { } odd) return odd;
                if (TakeInterrupt()) return VmExit.Interrupted;
                if (PollCounts == 0 || _looksLeft-- <= 0) return Leave();
                Thread.SpinWait(1);
            }

            _wasFound = true;
            _isLooking = false;
        }
    }

    private VmExit Leave()
    {
        _wasFound = false;
        _isLooking = false;
        return VmExit.Output(GuestAbi.ReadyPort, _place);
    }

    private void Serve()
    {
        var writer = new MessageWriter();
        if (ReadArgument() is { } argument)
        {
            _served.Add(argument);
            _place = (uint)(64 * (argument & 7));
            Machine.Emit(_place, writer.WriteReturn(argument + 1)[GuestAbi.SizePrefix..]);
        }
        else
        {
            _place = 0;
            Machine.Emit(_place, writer.WriteError((int)GuestErrorCode.Unknown, "the call is malformed")[GuestAbi.SizePrefix..]);
        }
    }

    // Null of what is no call for a number: one that has answered before it was called finds what the host is just clearing or writing, any part of it.
    private int? ReadArgument()
    {
        byte[] input = Machine.Memory(Machine.Buffers.Input.Start, InputLength).ToArray();
        int length = BinaryPrimitives.ReadInt32LittleEndian(input);
        if (length is < 0 or > InputLength - GuestAbi.SizePrefix) return null;
        try
        {
            return MessageReader.ReadCall(input.AsSpan(GuestAbi.SizePrefix, length)).Parameters is [{ Type: GuestValueType.Int32 } argument] ? argument.AsInt32() : null;
        }
        catch (WireFormatException)
        {
            return null;
        }
    }

    private bool TakeInterrupt()
    {
        int asked = Machine.InterruptAttempts;
        bool isNew = asked != _interruptsSeen;
        _interruptsSeen = asked;
        return isNew;
    }

    private ref T At<T>(GuestAddress address)
        where T : unmanaged => ref MemoryMarshal.AsRef<T>(Machine.Memory(address, sizeof(ulong)));
}
