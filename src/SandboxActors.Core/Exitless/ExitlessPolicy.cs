namespace SandboxActors.Core.Exitless;

/// <summary>
/// Decides call by call whether the guest is to look for the next one. That pays where calls follow each other more quickly than the guest stops
/// looking, and each is short; it costs a processor where they do not. So it begins after some calls in a row that came soon after the one before,
/// and ends with the first that finds the guest gone, or whose answer needed an exit after all. If it had not paid by then it is not tried again for
/// a while, and for a longer one each time.
/// </summary>
/// <param name="poll">How long the guest looks.</param>
/// <param name="time">The clock.</param>
internal sealed class ExitlessPolicy(TimeSpan poll, TimeProvider time)
{
    /// <summary>Calls in a row that come soon before it begins, and calls without an exit for which it has paid.</summary>
    public const int CallsInARow = 8;

    /// <summary>The most calls for which it is not tried, where it never pays.</summary>
    public const int LongestPause = 4096;

    // Half of it, so that the time between two calls may vary.
    private readonly TimeSpan _soon = poll / 2;

    private bool _isHot;
    private int _inARow;
    private int _paid;
    private int _pause;
    private int _nextPause = CallsInARow;
    private long? _lastEnd;

    /// <summary>A call begins.</summary>
    /// <param name="isGuestLooking">Whether the guest looks for one.</param>
    /// <returns>Whether it is handed over without an exit.</returns>
    public bool Begin(bool isGuestLooking)
    {
        if (_isHot)
        {
            if (isGuestLooking) return true;
            Cool();
            return false;
        }

        bool isSoon = _lastEnd is { } last && time.GetElapsedTime(last) <= _soon;
        _inARow = isSoon ? _inARow + 1 : 0;
        if (_pause > 0) _pause--;
        if (_pause > 0 || _inARow < CallsInARow) return false;
        _isHot = true;
        _paid = 0;
        return true;
    }

    /// <summary>The call has ended.</summary>
    /// <param name="hasPaid">Whether its answer came without an exit.</param>
    public void End(bool hasPaid)
    {
        if (!_isHot) _lastEnd = time.GetTimestamp();
        else if (!hasPaid) Cool();
        else if (_paid < CallsInARow && ++_paid == CallsInARow) _nextPause = CallsInARow;
    }

    /// <summary>The call has ended badly, and the guest with it: that says nothing of the calls to come.</summary>
    public void Forget()
    {
        _isHot = false;
        _inARow = 0;
        _lastEnd = null;
    }

    private void Cool()
    {
        Forget();
        if (_paid >= CallsInARow) return;
        _pause = _nextPause;
        _nextPause = Math.Min(2 * _nextPause, LongestPause);
    }
}
