using Akka.Actor;
using SandboxActors.Core;

namespace SandboxActors;

/// <summary>What a supervisor knows of one sandbox below it.</summary>
internal sealed class SupervisedSandbox(SandboxRef sandbox, SandboxLifeline lifeline, HealingSettings healing, IActorRef creator)
{
    public SandboxRef Sandbox { get; } = sandbox;

    public SandboxLifeline Lifeline { get; } = lifeline;

    /// <summary>How it is healed.</summary>
    public HealingSettings Healing { get; } = healing;

    /// <summary>What has been done to heal it; null as long as that is nothing, as with most.</summary>
    public HealingLedger? Ledger { get; set; }

    /// <summary>Who waits for the sandbox to be ready; nobody from then on.</summary>
    public IActorRef Creator { get; set; } = creator;

    /// <summary>What a restore goes back to.</summary>
    public Snapshot? LastGood { get; set; }

    /// <summary>Requests for a sandbox of the same name that came while this one was stopping.</summary>
    public List<(SupervisorProtocol.Create Request, IActorRef Sender)>? Successors { get; set; }
}
