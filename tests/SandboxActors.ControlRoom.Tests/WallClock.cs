namespace SandboxActors.ControlRoom.Tests;

/// <summary>A time of day that stands until it is moved.</summary>
internal sealed class WallClock : TimeProvider
{
    public static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch.AddSeconds(1_000_000);

    private DateTimeOffset _now = Start;

    public override DateTimeOffset GetUtcNow() => _now;

    public void Advance(double seconds) => _now = _now.AddSeconds(seconds);
}
