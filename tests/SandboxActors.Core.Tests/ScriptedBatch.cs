using System.Buffers.Binary;
using SandboxActors.Core.Abi;
using SandboxActors.Machine;
using SandboxActors.Wire;

namespace SandboxActors.Core.Tests;

/// <summary>A sandbox on a scripted machine whose guest takes batches, with what such a guest does, right or wrong.</summary>
internal sealed class ScriptedBatch : IBatchAnswers, IDisposable
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    public ScriptedBatch(Action<SandboxBuilder>? configure = null, uint firstReady = GuestAbi.TakesBatches)
    {
        var hypervisor = new ScriptedHypervisor { OnRun = _ => VmExit.Output(GuestAbi.ReadyPort, firstReady) };
        SandboxBuilder builder = new SandboxBuilder(hypervisor, Image).PrintTo(static _ => { })
            .HeapSize(16 << 10).StackSize(16 << 10).InputBufferSize(4096).OutputBufferSize(8192);
        configure?.Invoke(builder);
        Sandbox = builder.Build();
        Machine = hypervisor.Machines[0];
    }

    public Sandbox Sandbox { get; }

    public ScriptedMachine Machine { get; }

    /// <summary>The answers told, in order; each was told in its place.</summary>
    public List<GuestStep> Told { get; } = [];

    /// <summary>What else happens when answers are told.</summary>
    public Action OnTold { get; set; } = static () => { };

    public Span<byte> Answers => Machine.Memory(Machine.BatchBuffers.Answers.Start, (int)Machine.BatchBuffers.Answers.Length);

    public ReadOnlySpan<byte> Calls => Machine.Memory(Machine.BatchBuffers.Calls.Start, (int)Machine.BatchBuffers.Calls.Length);

    void IBatchAnswers.Answered(int first, ReadOnlySpan<GuestStep> answers)
    {
        Assert.Equal(Told.Count, first);
        Assert.False(answers.IsEmpty);
        Told.AddRange(answers);
        OnTold();
    }

    /// <summary>Starts a batch of calls <c>f0</c>, <c>f1</c> ... that ask for a number each.</summary>
    public GuestCall Start(int count)
    {
        GuestCall call = Sandbox.StartBatch(Invocations(count), this, out int taken);
        Assert.Equal(count, taken);
        return call;
    }

    public static GuestInvocation[] Invocations(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new GuestInvocation($"f{i}", GuestValueType.Int32, new GuestValue[] { i }))];

    /// <summary>The guest's steps, exit by exit; each but the last ends in one.</summary>
    public void Script(params Func<VmExit>[] exits)
    {
        int next = 0;
        Machine.OnRun = _ => exits[next++]();
    }

    /// <summary>The guest puts an answer at an offset of the buffer of answers, without counting it.</summary>
    /// <returns>Where the next one belongs.</returns>
    public int Put(int offset, ReadOnlySpan<byte> message)
    {
        message.CopyTo(Answers[offset..]);
        return (offset + message.Length + 15) & ~15;
    }

    /// <summary>The guest puts numbers there as answers, the first at an offset, and says how many there are.</summary>
    public int Answer(int offset, uint count, params int[] numbers)
    {
        foreach (int number in numbers) offset = Put(offset, Number(number));
        Count(count);
        return offset;
    }

    public void Count(uint count) => BinaryPrimitives.WriteUInt32LittleEndian(Answers, count);

    /// <summary>The guest offers a message of the output buffer on a port.</summary>
    public VmExit Emit(ushort port, ReadOnlySpan<byte> message, uint offset = 0)
    {
        Machine.Emit(offset, message[GuestAbi.SizePrefix..]);
        return VmExit.Output(port, offset);
    }

    public VmExit Ready(int number) => Emit(GuestAbi.ReadyPort, Number(number));

    public static byte[] Number(int number) => [.. new MessageWriter().WriteReturn(number)];

    public static byte[] Error(string message) => [.. new MessageWriter().WriteError((int)GuestErrorCode.GuestError, message)];

    public static byte[] HostCall(string name) => [.. new MessageWriter().WriteCall(name, GuestValueType.Void, [])];

    /// <summary>The numbers that were told.</summary>
    public IEnumerable<int> Numbers => Told.Select(answer => answer.Value.AsInt32());

    public void Dispose() => Sandbox.Dispose();
}
