using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>What a supervisor knows of one sandbox below it.</summary>
internal sealed class SupervisedSandbox(SandboxRef sandbox, SandboxLifeline lifeline, HealingLedger ledger, IActorRef creator)
{
    public SandboxRef Sandbox { get; } = sandbox;

    public SandboxLifeline Lifeline { get; } = lifeline;

    public HealingLedger Ledger { get; } = ledger;

    /// <summary>Who waits for the sandbox to be ready; nobody from then on.</summary>
    public IActorRef Creator { get; set; } = creator;

    /// <summary>What a restore goes back to.</summary>
    public Snapshot? LastGood { get; set; }

    /// <summary>Requests for a sandbox of the same name that came while this one was stopping.</summary>
    public List<(SupervisorProtocol.Create Request, IActorRef Sender)> Successors { get; } = [];
}
