namespace ControlRoom;

/// <summary>What a control room is started with.</summary>
internal sealed record ControlRoomOptions
{
    /// <summary>The port on the loopback interface; zero for one that is free.</summary>
    public int Port { get; init; }

    /// <summary>How many sandboxes there are at the start.</summary>
    public int Sandboxes { get; init; } = 200;

    /// <summary>Whoever has it may change something; a random one unless given.</summary>
    public string Token { get; init; } = AccessToken.MakeRandom();

    /// <summary>Whether the sandboxes are given something to do.</summary>
    public bool HasDemoLoad { get; init; } = true;
}
