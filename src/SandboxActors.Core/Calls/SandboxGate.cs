namespace SandboxActors.Core.Calls;

/// <summary>
/// Lets one caller at a time into a sandbox, by construction: every operation enters, and a second one is refused instead of waiting. There are two exceptions.
/// Dispose, while an operation is inside, leaves a note and interrupts the guest, and the operation disposes on its way out. And an operation that finds the
/// sandbox being parked, which nobody asked its caller about, waits until that is done: some tens of microseconds.
/// </summary>
/// <remarks>
/// The word moves idle → inside → idle by the operation, idle → parking → idle by whoever parks, and idle → disposed or inside → leaving by dispose, all by
/// compare-and-swap: exactly one of the parties finds the word that tells it to dispose, and nobody is inside while somebody parks. What an operation or a
/// parking wrote is visible to the next one, since it enters by an atomic operation on the word that the first left by.
/// </remarks>
internal sealed class SandboxGate(Sandbox sandbox)
{
    private const int Idle = 0;
    private const int Inside = 1;
    private const int Leaving = 2;
    private const int Gone = 3;
    private const int Parking = 4;

    private int _state;

    /// <summary>Whether dispose waits for the operation inside to end.</summary>
    public bool IsLeaving => Volatile.Read(ref _state) == Leaving;

    public bool IsGone => Volatile.Read(ref _state) is Leaving or Gone;

    /// <exception cref="SandboxBusyException">Another operation is inside.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public Scope Enter()
    {
        var spin = default(SpinWait);
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Inside, Idle))
            {
                case Idle: return new Scope(this);
                case Inside: throw new SandboxBusyException();
                case Parking:
                    spin.SpinOnce(sleep1Threshold: -1);
                    break;
                default: throw new ObjectDisposedException(nameof(Sandbox));
            }
        }
    }

    /// <summary>Enters to park, if nobody is inside. It must be followed by <see cref="EndParking"/>, soon: operations wait for it.</summary>
    public bool TryBeginParking() => Interlocked.CompareExchange(ref _state, Parking, Idle) == Idle;

    /// <summary>Leaves again.</summary>
    public void EndParking() => Volatile.Write(ref _state, Idle);

    /// <summary>Disposes now, or has the operation inside do it.</summary>
    /// <param name="interrupts">By which the guest is broken off in the latter case.</param>
    /// <exception cref="Machine.MachineException">The guest could not be broken off; the operation still disposes when it ends, and the caller may try
    /// again.</exception>
    public void Close(InterruptHandle interrupts)
    {
        var spin = default(SpinWait);
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Gone, Idle))
            {
                case Idle:
                    sandbox.Release();
                    return;
                case Gone:
                    return;
                case Leaving: // again: the first interruption may have failed to reach the guest
                case Inside when Interlocked.CompareExchange(ref _state, Leaving, Inside) == Inside:
                    interrupts.BreakOff();
                    return;
                case Parking:
                    spin.SpinOnce(sleep1Threshold: -1);
                    break;
                default: // operations have come or gone between the two attempts: it ends with the first that meets the state it expects
                    continue;
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Inside) == Inside) return;
        Volatile.Write(ref _state, Gone);
        sandbox.Release();
    }

    /// <summary>An operation inside; leaves when disposed.</summary>
    public readonly ref struct Scope(SandboxGate gate)
    {
        public void Dispose() => gate.Leave();
    }
}
