using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>
/// Who runs the guest, and who wants it to stop: one word, every step one atomic change. A runner looks at the word between blocks, so a request
/// needs nothing but its bit. Requested is cleared only by a run that then reports the interruption, so no request is lost, and none is taken twice.
/// </summary>
internal sealed class RunGate
{
    private const int Running = 1;
    private const int Requested = 2;
    private const int Closed = 4;

    private int _state;

    public bool IsClosed => (Volatile.Read(ref _state) & Closed) != 0;

    /// <summary>Whether the run in progress should end: it was asked to, or the machine has been disposed.</summary>
    public bool ShouldEnd => (Volatile.Read(ref _state) & (Requested | Closed)) != 0;

    /// <summary>Begins a run.</summary>
    /// <returns>False if an interruption was requested: it is taken, and the run must not begin.</returns>
    /// <exception cref="ObjectDisposedException">The machine has been disposed.</exception>
    /// <exception cref="InvalidOperationException">It runs already, on another thread.</exception>
    public bool TryEnter()
    {
        while (true)
        {
            int seen = Volatile.Read(ref _state);
            ObjectDisposedException.ThrowIf((seen & Closed) != 0, typeof(IVirtualMachine));
            if ((seen & Running) != 0) throw new InvalidOperationException("The machine runs already, on another thread.");
            bool requested = (seen & Requested) != 0;
            int next = requested ? seen & ~Requested : seen | Running;
            if (Interlocked.CompareExchange(ref _state, next, seen) == seen) return !requested;
        }
    }

    /// <summary>Ends a run.</summary>
    /// <returns>Whether the machine was disposed meanwhile, so that its memory is now to be let go.</returns>
    public bool Leave() => (Interlocked.And(ref _state, ~Running) & Closed) != 0;

    /// <summary>Takes the request that ended a run.</summary>
    public void TakeRequest() => Interlocked.And(ref _state, ~Requested);

    /// <summary>Asks the run in progress, or else the next one, to end. From any thread.</summary>
    public void Request()
    {
        int seen = Volatile.Read(ref _state);
        if ((seen & (Closed | Requested)) == 0) Interlocked.Or(ref _state, Requested);
    }

    /// <summary>Refuses runs from now on.</summary>
    /// <param name="isRunning">Whether a run is in progress, which then ends soon.</param>
    /// <returns>Whether this call closed it.</returns>
    public bool Close(out bool isRunning)
    {
        int before = Interlocked.Or(ref _state, Closed);
        isRunning = (before & Running) != 0;
        return (before & Closed) == 0;
    }
}
