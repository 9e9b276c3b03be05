using System.Collections.Immutable;
using SandboxActors.Core.Calls;
using SandboxActors.Wire;

namespace SandboxActors;

/// <summary>The items that a guest function yields: each enumeration is one call, which is sent when its first item is asked for.</summary>
internal sealed class SandboxStream<T> : IAsyncEnumerable<T>
{
    private readonly SandboxRef _sandbox;
    private readonly string _function;
    private readonly StreamOptions _options;
    private readonly ImmutableArray<GuestValue> _arguments;

    public SandboxStream(SandboxRef sandbox, string function, StreamOptions options, ImmutableArray<GuestValue> arguments)
    {
        _sandbox = sandbox;
        _function = function;
        _options = options;
        _arguments = arguments;
        _ = ResultType<T>.Type; // a type that cannot pass is found by the one who gave it
    }

    /// <inheritdoc />
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new StreamEnumerator<T>(_sandbox, _function, _options, _arguments, cancellationToken);
}
