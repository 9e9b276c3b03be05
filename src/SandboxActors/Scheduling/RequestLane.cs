using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>
/// The requests that wait for a sandbox, in order. A bounded call that is given up stays where it is, and is passed over: so giving one up costs the
/// same however many wait. Belongs to whoever holds its mailbox's lock.
/// </summary>
internal sealed class RequestLane
{
    /// <summary>Calls given up that may lie around whatever else waits; beyond, and beyond as many as wait, they are cleared away.</summary>
    private const int Clutter = 64;

    private Queue<(Envelope Envelope, CallTicket? Ticket)> _lane = new();

    /// <summary>Requests that wait; those given up are none.</summary>
    /// <remarks>Of a call whose ticket was armed and given up before it came here this is one short for a moment.</remarks>
    public int Waiting { get; private set; }

    /// <summary>Whether nothing lies here, not even what has been given up.</summary>
    public bool IsEmpty => _lane.Count == 0;

    /// <summary>Adds a request.</summary>
    /// <param name="envelope">The request.</param>
    /// <param name="ticket">Its ticket, if it is a bounded call.</param>
    public void Enqueue(Envelope envelope, CallTicket? ticket)
    {
        Waiting++;
        _lane.Enqueue((envelope, ticket));
    }

    /// <summary>Takes the first request that has not been given up.</summary>
    /// <param name="envelope">The request.</param>
    /// <param name="ticket">Its ticket, which cannot be given up any more.</param>
    public bool TryTake(out Envelope envelope, out CallTicket? ticket)
    {
        while (_lane.TryDequeue(out (Envelope Envelope, CallTicket? Ticket) first))
        {
            if (first.Ticket is { } bounded && !bounded.TryTake()) continue;
            Waiting--;
            (envelope, ticket) = first;
            return true;
        }

        (envelope, ticket) = (default, null);
        return false;
    }

    /// <summary>Copies the calls that wait before all other requests and may be handed to the guest together.</summary>
    /// <param name="calls">Gets them, in order, as many as it has places.</param>
    /// <returns>How many there are.</returns>
    public int CopyCalls(Span<GuestInvocation> calls)
    {
        int count = 0;
        foreach ((Envelope waiting, CallTicket? ticket) in _lane)
        {
            if (ticket is { IsGivenUp: true }) continue;
            if (count == calls.Length || waiting.Message is not SandboxProtocol.Call { IsBatchable: true } call) break;
            calls[count++] = call.Invocation;
        }

        return count;
    }

    /// <summary>A ticket has been given up.</summary>
    public void HasGivenUp()
    {
        Waiting--;
        if (_lane.Count - Waiting <= Math.Max(Waiting, Clutter)) return;
        _lane = new Queue<(Envelope, CallTicket?)>(_lane.Where(static request => request.Ticket is not { IsGivenUp: true }));
    }

    /// <summary>Gives up every call that ends with a caller.</summary>
    public void GiveUpCallsOf(IActorRef caller)
    {
        foreach ((_, CallTicket? ticket) in _lane.ToArray())
            if (ticket is { EndsWithCaller: true } && ticket.Caller.Equals(caller) && ticket.TryGiveUp()) HasGivenUp();
    }
}
