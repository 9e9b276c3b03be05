using SandboxActors.Machine;

namespace SandboxActors.Core.Calls;

/// <summary>
/// Lets one caller at a time into a sandbox, by construction: every operation enters, and a second one is refused instead of waiting. Dispose is the
/// exception: while an
/// operation is inside it leaves a note and interrupts the guest, and the operation disposes on its way out.
/// </summary>
/// <remarks>
/// The word moves idle → inside → idle by the operation, and idle → disposed or inside → leaving by dispose, all by compare-and-swap: exactly one of
/// the two
/// parties finds the word that tells it to dispose. What an operation wrote is visible to the next one, since it enters by an atomic operation on the
/// word that the first left by.
/// </remarks>
internal sealed class SandboxGate(Action dispose)
{
    private const int Idle = 0;
    private const int Inside = 1;
    private const int Leaving = 2;
    private const int Gone = 3;

    private int _state;

    /// <summary>Whether dispose waits for the operation inside to end.</summary>
    public bool IsLeaving => Volatile.Read(ref _state) == Leaving;

    public bool IsGone => Volatile.Read(ref _state) is Leaving or Gone;

    /// <exception cref="SandboxBusyException">Another operation is inside.</exception>
    /// <exception cref="ObjectDisposedException">The sandbox is disposed.</exception>
    public Scope Enter()
    {
        switch (Interlocked.CompareExchange(ref _state, Inside, Idle))
        {
            case Idle: return new Scope(this);
            case Inside: throw new SandboxBusyException();
            default: throw new ObjectDisposedException(nameof(Sandbox));
        }
    }

    /// <summary>Disposes now, or has the operation inside do it.</summary>
    /// <param name="machine">The machine whose guest is broken off in the latter case.</param>
    /// <exception cref="MachineException">The guest could not be broken off; the operation still disposes when it ends, and the caller may try
    /// again.</exception>
    public void Close(IVirtualMachine machine)
    {
        while (true)
        {
            switch (Interlocked.CompareExchange(ref _state, Gone, Idle))
            {
                case Idle:
                    dispose();
                    return;
                case Gone:
                    return;
                case Leaving: // again: the first interruption may have failed to reach the guest
                case Inside when Interlocked.CompareExchange(ref _state, Leaving, Inside) == Inside:
                    machine.Interrupt();
                    return;
                default: // operations have come or gone between the two attempts: it ends with the first that meets the state it expects
                    continue;
            }
        }
    }

    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Inside) == Inside) return;
        Volatile.Write(ref _state, Gone);
        dispose();
    }

    /// <summary>An operation inside; leaves when disposed.</summary>
    public readonly ref struct Scope(SandboxGate gate)
    {
        public void Dispose() => gate.Leave();
    }
}
