namespace ControlRoom;

/// <summary>What a control room is started with.</summary>
internal sealed record ControlRoomOptions
{
    /// <summary>The port on the loopback interface; zero for one that is free.</summary>
    public int Port { get; init; }

    /// <summary>How many sandboxes there are at the start.</summary>
    public int Sandboxes { get; init; } = 200;

    /// <summary>How many there may be.</summary>
    public int Capacity { get; init; } = Fleet.MostSandboxes;

    /// <summary>Whoever has it may change something; a random one unless given.</summary>
    public string Token { get; init; } = AccessToken.MakeRandom();

    /// <summary>How long one that is poisoned again waits until it is healed; the first heal is at once. Long enough for people to see it.</summary>
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Whether the sandboxes are given something to do.</summary>
    public bool HasDemoLoad { get; init; } = true;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
