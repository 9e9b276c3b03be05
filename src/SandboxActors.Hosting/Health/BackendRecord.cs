namespace SandboxActors.Hosting;

/// <summary>What came of opening a backend as the host started: for whoever asks when the host runs, or has failed to.</summary>
internal sealed class BackendRecord
{
    private volatile OpenedBackend? _opened;
    private volatile Exception? _failure;

    /// <summary>The backend that was opened; null if none was.</summary>
    public OpenedBackend? Opened => _opened;

    /// <summary>Why none could be opened; null if one was, or none was asked for yet.</summary>
    public Exception? Failure => _failure;

    /// <summary>Opens a backend and keeps what comes of it.</summary>
    public OpenedBackend Keep(Func<OpenedBackend> open)
    {
        try
        {
            OpenedBackend opened = open();
            (_opened, _failure) = (opened, null);
            return opened;
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw;
        }
    }
}
