using SandboxActors.Machine;

namespace SandboxActors.Kvm;

/// <summary>
/// Looks at the <see cref="HostLimits"/> now and then as machines are made: the closer to one of them, the more often. Looking takes about as long as making a
/// machine where there are thousands. Safe for use from any thread.
/// </summary>
internal sealed class LimitWatch(Func<HostLimits> read)
{
    private const int MostBetweenLooks = 256;

    private readonly Lock _lock = new();
    private long _left;

    /// <summary>The one of this process.</summary>
    public static LimitWatch Process { get; } = new(HostLimits.Read);

    /// <summary>Before a machine is made.</summary>
    /// <exception cref="MachineException">There is no room for it; the message says of what, and what to do.</exception>
    public void BeforeMachine()
    {
        if (Interlocked.Decrement(ref _left) >= 0) return;
        lock (_lock)
        {
            long room = MostBetweenLooks;
            try
            {
                HostLimits limits = read();
                if (limits.FindShortage() is { } shortage) throw shortage;
                room = limits.Room;
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                // Without /proc nobody can tell beforehand; then the kernel's own refusal has to do.
            }

            Volatile.Write(ref _left, Math.Min(room / 2, MostBetweenLooks));
        }
    }
}
