using System.Runtime.InteropServices;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Telemetry;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>
/// The calls of a batch, and how far the guest has come with them, as far as the host knows: it knows from the answers, and from nothing else.
/// </summary>
/// <param name="capacity">The most calls.</param>
/// <param name="sink">Told of the answers.</param>
internal sealed class CallBatch(int capacity, IBatchAnswers sink)
{
    private readonly List<(string Function, GuestValueType ReturnType, int Length)> _calls = new(capacity);
    private readonly List<GuestStep> _untold = [];

    /// <summary>Calls that it has.</summary>
    public int Count => _calls.Count;

    /// <summary>The first call without an answer. There always is one: the last call's answer is the end of the batch.</summary>
    public int InHand { get; private set; }

    public bool IsLastInHand => InHand == Count - 1;

    /// <summary>Answers taken out of the buffer of answers since it was last begun anew.</summary>
    public uint TakenFromBuffer { get; private set; }

    /// <summary>Where in that buffer the next one is.</summary>
    public int NextInBuffer { get; private set; } = GuestAbi.AnswersHeaderSize;

    /// <summary>Whether one of the calls answered has failed.</summary>
    public bool HasFailed { get; private set; }

    public void Add(string function, GuestValueType returnType, int length) => _calls.Add((function, returnType, length));

    /// <summary>Makes the call in hand the one that the guest's call stands for.</summary>
    public void Describe(GuestCall call) => (call.Function, call.ReturnType, call.InputLength) = _calls[InHand];

    /// <summary>The call in hand has ended: the next one is.</summary>
    public void Answer(GuestCall call, GuestStep answer)
    {
        HasFailed |= answer.Kind == GuestStepKind.Failed;
        _untold.Add(answer);
        CallMeter.End(call, answer);
        InHand++;
        Describe(call);
    }

    /// <summary>One more answer was taken out of the buffer, which ends there.</summary>
    public void MoveOnInBuffer(int end)
    {
        TakenFromBuffer++;
        NextInBuffer = GuestAbi.NextInBatch(end);
    }

    /// <summary>The buffer of answers is the guest's from its start again.</summary>
    public void BeginBufferAnew()
    {
        TakenFromBuffer = 0;
        NextInBuffer = GuestAbi.AnswersHeaderSize;
    }

    /// <summary>Tells the sink of the answers that it has not been told of.</summary>
    public void Tell()
    {
        if (_untold.Count == 0) return;
        try
        {
            sink.Answered(InHand - _untold.Count, CollectionsMarshal.AsSpan(_untold));
        }
        finally
        {
            _untold.Clear();
        }
    }
}
