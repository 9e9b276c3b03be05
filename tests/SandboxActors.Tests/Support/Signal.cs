using System.Threading.Channels;

namespace SandboxActors.Tests;

/// <summary>Something that a guest tells a test by calling a host function: that it is inside a call, for instance.</summary>
internal sealed class Signal
{
    private readonly Channel<bool> _given = Channel.CreateUnbounded<bool>();

    public void Give() => _given.Writer.TryWrite(true);

    public async Task WaitAsync() => await _given.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Takes one that has been given, if there is one.</summary>
    public bool TryTake() => _given.Reader.TryRead(out _);
}
