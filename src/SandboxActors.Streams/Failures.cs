using Akka.Streams;
using Akka.Streams.Supervision;

namespace SandboxActors.Streams;

/// <summary>What the stages do with tasks that fail.</summary>
internal static class Failures
{
    /// <summary>Who says what becomes of a stage when a call fails; the stream stops if nobody does.</summary>
    public static Decider DeciderOf(Attributes attributes) =>
        attributes.GetAttribute<ActorAttributes.SupervisionStrategy>(null)?.Decider ?? Deciders.StoppingDecider;

    /// <summary>The exception of a task that has failed or was cancelled, the very one that a caller who awaits it gets; null of any other.</summary>
    public static Exception? Of(Task task) => task.IsCanceled ? new TaskCanceledException(task) : task.Exception?.InnerException;

    /// <summary>
    /// Has a stage told of a task's end, with what it knows the task by. A failure counts as looked at, though the stage may have ended by then.
    /// </summary>
    public static void WhenEnded<T>(Task task, T known, Action<T> told) => _ = task.ContinueWith(
        task =>
        {
            _ = task.Exception;
            told(known);
        },
        CancellationToken.None,
        TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
