using System.Buffers;
using System.Buffers.Binary;
using SandboxActors.Core.Abi;
using SandboxActors.Core.Layout;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>
/// Takes the answers to the calls of a batch that the guest has completed: at each exit, so that nobody waits for a call behind his own longer than
/// the guest runs in one piece.
/// </summary>
/// <remarks>
/// The guest owns the buffer of answers and all that stands in it. Its count is read once an exit; the answers are copied out before the first one is
/// looked at. Where an answer begins follows from the one before it, so no two can overlap and none can be taken twice; how many there may be, and
/// which call each belongs to, is the host's own knowledge.
/// </remarks>
internal sealed class AnswerCollector(SandboxMemory memory)
{
    /// <summary>Takes what is there, and tells it.</summary>
    /// <exception cref="WireFormatException">A count or an answer is none. The answers before it have been told, and the call in hand is the one that
    /// it would have been for.</exception>
    public void Collect(GuestCall call)
    {
        CallBatch batch = call.Batch!;
        uint count = memory.ReadAnswerCount();
        if (count == batch.TakenFromBuffer) return;
        if (count < batch.TakenFromBuffer) throw new WireFormatException($"The count of answers went from {batch.TakenFromBuffer} to {count}.");
        int due = batch.Count - 1 - batch.InHand;
        if (count - batch.TakenFromBuffer > due)
            throw new WireFormatException($"{count - batch.TakenFromBuffer} answers more have come where {due} are due.");

        int start = batch.NextInBuffer;
        int length = (int)memory.Layout.Answers.Length - start;
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            Span<byte> copy = rented.AsSpan(0, length);
            memory.CopyAnswers(start, copy);
            while (batch.TakenFromBuffer < count)
            {
                ReadOnlySpan<byte> body = Next(copy, batch.NextInBuffer - start);
                batch.Answer(call, CallOutcome.Of(call, MessageReader.ReadResult(body)));
                batch.MoveOnInBuffer(batch.NextInBuffer + GuestAbi.SizePrefix + body.Length);
            }

            memory.ClearAnswers(start, Math.Min(batch.NextInBuffer - start, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
            batch.Tell();
        }
    }

    /// <summary>Takes an answer that came by itself, and tells it. The buffer of answers is the guest's from its start again.</summary>
    /// <exception cref="WireFormatException">None is due, or it is none.</exception>
    public void TakeAlone(GuestCall call, ReadOnlySpan<byte> body)
    {
        if (call.Batch is not { IsLastInHand: false } batch) throw new WireFormatException("An answer has come by itself where none is due.");
        batch.Answer(call, CallOutcome.Of(call, MessageReader.ReadResult(body)));
        batch.BeginBufferAnew();
        memory.ClearAnswerHeader();
        batch.Tell();
    }

    // The place follows from a length that the guest wrote, so it may lie behind the end.
    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> copy, int offset)
    {
        if (offset > copy.Length - GuestAbi.SizePrefix) throw new WireFormatException("The buffer of answers ends before an answer that is counted.");
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(copy[offset..]);
        int start = offset + GuestAbi.SizePrefix;
        if (length > copy.Length - start) throw new WireFormatException($"An answer's length {length} exceeds the buffer of answers.");
        return copy.Slice(start, (int)length);
    }
}
