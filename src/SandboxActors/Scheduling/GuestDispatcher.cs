using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.SysMsg;

namespace SandboxActors;

/// <summary>
/// Runs sandbox actors on <see cref="GuestThreads"/>, one message a turn. Mailboxes of other kinds, and other work, run at the level for attention.
/// </summary>
internal sealed class GuestDispatcher : MessageDispatcher
{
    private readonly GuestThreads _threads;

    public GuestDispatcher(MessageDispatcherConfigurator configurator, int threads, SchedulingSettings settings)
        : base(configurator)
    {
        Id = SandboxSettings.GuestDispatcher;
        Throughput = 1; // one message is one step
        ShutdownTimeout = configurator.Config.GetTimeSpan("shutdown-timeout");
        _threads = new GuestThreads(threads, settings, ReportFailure);
    }

    /// <inheritdoc />
    public override void SystemDispatch(ActorCell cell, SystemMessage message)
    {
        ArgumentNullException.ThrowIfNull(cell);
        var queue = cell.Mailbox?.MessageQueue as GuestMessageQueue; // before: afterwards the actor may have stopped
        base.SystemDispatch(cell, message);

        // After: now the mailbox is queued, runs, or has dealt with the message already. Whatever level a step waits at, what the system says does
        // not.
        if (queue is not null) _threads.Hurry(queue);
    }

    /// <inheritdoc />
    /// <remarks>Akka calls this once for each time that it has marked a mailbox as scheduled, and not again until that mailbox has run.</remarks>
    protected override void ExecuteTask(IRunnable run) => _threads.Execute(
        run is Mailbox { MessageQueue: GuestMessageQueue queue } mailbox ? queue.RunBy(_threads, mailbox) : new RunEntry(run));

    /// <inheritdoc />
    /// <remarks>Akka may be about to schedule something at this very moment: then the threads stay, or come again.</remarks>
    protected override void Shutdown() => _threads.Stop();

    /// <summary>Makes the one dispatcher of an actor system.</summary>
    internal sealed class Maker : MessageDispatcherConfigurator
    {
        private readonly GuestDispatcher _dispatcher;

        public Maker(Config config, IDispatcherPrerequisites prerequisites, SandboxSettings settings)
            : base(config, prerequisites) => _dispatcher = new GuestDispatcher(this, settings.GuestThreads, settings.Scheduling);

        public GuestThreads Threads => _dispatcher._threads;

        public override MessageDispatcher Dispatcher() => _dispatcher;
    }
}
