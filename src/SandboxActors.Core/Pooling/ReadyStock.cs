namespace SandboxActors.Core.Pooling;

/// <summary>A promise to keep some micro-VMs ready.</summary>
/// <param name="parts">What they are tried out with.</param>
/// <param name="golden">What they hold, so that little is to be done for the first sandbox that gets one.</param>
/// <param name="count">How many are to be free.</param>
internal sealed class ReadyStock(SandboxDefinitionParts parts, Snapshot golden, int count)
{
    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SandboxDefinitionParts Parts { get; } = parts;

    public Snapshot Golden { get; } = golden;

    public int Count { get; } = count;

    /// <summary>Completes when there are as many for the first time, or as many as the pool may have; fails if one cannot be made.</summary>
    public Task WhenFilled => _filled.Task;

    public void HasBeenFilled() => _filled.TrySetResult();

    public void CannotBeFilled(Exception failure) => _filled.TrySetException(failure);
}
