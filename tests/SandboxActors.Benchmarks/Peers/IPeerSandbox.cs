namespace SandboxActors.Benchmarks.Peers;

/// <summary>A sandbox of a peer. All of them do the same work, each in its own tongue.</summary>
internal interface IPeerSandbox : IDisposable
{
    int Add(int first, int second);

    /// <summary>Has the guest have the host add.</summary>
    int AddOnHost(int first, int second);

    string Echo(string text);

    /// <summary>How often it was called since the guest was as new.</summary>
    int Count();

    /// <summary>Makes the guest as new, whatever became of it, by the cheapest means that the peer has.</summary>
    void Restore();

    /// <summary>Has the guest say that it spins, and spin. Returns when it was killed; only <see cref="Restore"/> and dispose may follow.</summary>
    /// <param name="spinning">What happens when it says so.</param>
    void Spin(Action spinning);

    /// <summary>Ends <see cref="Spin"/>, from another thread.</summary>
    void Kill();
}
