using System.Threading.Channels;
using Reactive.Streams;

namespace SandboxActors.Tests;

/// <summary>The end of a stream that asks for as many elements as the test says and for no more.</summary>
internal sealed class DemandProbe<T> : ISubscriber<T>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TaskCompletionSource<ISubscription> _subscription = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<T> _elements = Channel.CreateUnbounded<T>();

    public void OnSubscribe(ISubscription subscription) => _subscription.SetResult(subscription);

    public void OnNext(T element) => _elements.Writer.TryWrite(element);

    public void OnError(Exception cause) => _elements.Writer.TryComplete(cause);

    public void OnComplete() => _elements.Writer.TryComplete();

    public async Task RequestAsync(int count) => (await Subscription()).Request(count);

    public async Task CancelAsync() => (await Subscription()).Cancel();

    /// <summary>The next element that has been asked for.</summary>
    public async Task<T> NextAsync() => await _elements.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>Completes when the stream has, and fails as it has; there must be no more elements.</summary>
    public async Task EndAsync() => Assert.False(await _elements.Reader.WaitToReadAsync().AsTask().WaitAsync(Patience));

    /// <summary>Takes whatever has been asked for until the stream ends, and fails as it does.</summary>
    public async Task DrainAsync()
    {
        while (await _elements.Reader.WaitToReadAsync().AsTask().WaitAsync(Patience)) _elements.Reader.TryRead(out _);
    }

    /// <summary>Whether an element is there that has not been taken.</summary>
    public bool HasMore => _elements.Reader.TryPeek(out _);

    private Task<ISubscription> Subscription() => _subscription.Task.WaitAsync(Patience);
}
