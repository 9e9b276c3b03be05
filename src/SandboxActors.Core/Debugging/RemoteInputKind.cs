namespace SandboxActors.Core.Debugging;

/// <summary>Kinds of what a client of the remote protocol sends.</summary>
internal enum RemoteInputKind
{
    /// <summary>A packet.</summary>
    Packet,

    /// <summary>A packet whose checksum is not its, or that is too long.</summary>
    DamagedPacket,

    /// <summary>The latest answer did not come through.</summary>
    NotReceived,

    /// <summary>The guest is to stop.</summary>
    Interrupt,

    /// <summary>The client has gone.</summary>
    End,
}
