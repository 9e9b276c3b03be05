namespace SandboxActors;

/// <summary>
/// Marks what runs inside a host function of a sandbox, synchronously or after an await, so that a call from there back into the same sandbox can be
/// refused: it would wait for the call that waits for it. Known through any number of sandboxes in between, as a call carries the scope that it came
/// from.
/// </summary>
internal sealed class HostCallScope
{
    private static readonly AsyncLocal<HostCallScope?> Ambient = new();

    private readonly SandboxLifeline _sandbox;
    private HostCallScope? _origin;

    // Work that a host function left running may call the sandbox once the call is over.
    private volatile bool _ended;

    /// <param name="sandbox">The sandbox whose guest calls the host.</param>
    /// <param name="origin">The scope that the guest's own caller was in, if any.</param>
    public HostCallScope(SandboxLifeline sandbox, HostCallScope? origin)
    {
        _sandbox = sandbox;
        _origin = Live(origin);
    }

    /// <summary>The scope that the code running now is in, if any.</summary>
    public static HostCallScope? Current => Live(Ambient.Value);

    /// <summary>Whether the code running now serves, directly or through others, a call that the sandbox has not finished.</summary>
    public static bool IsInside(SandboxLifeline sandbox)
    {
        for (HostCallScope? scope = Current; scope is not null; scope = Live(scope._origin))
            if (scope._sandbox == sandbox) return true;
        return false;
    }

    /// <summary>The code that runs from now on, on this thread, is inside the scope.</summary>
    public void Enter() => Ambient.Value = this;

    /// <summary>No longer.</summary>
    public static void Leave() => Ambient.Value = null;

    /// <summary>The call is over.</summary>
    public void End() => _ended = true;

    /// <summary>
    /// The first scope of a chain whose call is not over. What lies behind one that is over is found and forgotten, so that work which sandboxes hand
    /// on and on does not grow a chain.
    /// </summary>
    private static HostCallScope? Live(HostCallScope? scope)
    {
        while (scope is { _ended: true }) scope = scope._origin;
        if (scope is { _origin._ended: true }) scope._origin = Live(scope._origin);
        return scope;
    }
}
