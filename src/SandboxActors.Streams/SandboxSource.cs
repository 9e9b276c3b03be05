using Akka;
using Akka.Streams.Dsl;
using SandboxActors.Wire;

namespace SandboxActors.Streams;

/// <summary>Guest functions as sources.</summary>
public static class SandboxSource
{
    /// <summary>
    /// The items that one call of a guest function yields; each materialization is one call. When downstream cancels, the guest is told at its next
    /// yield, so that it can come to its end, which it could not if <see cref="SandboxRef.StreamAsync{T}(string, ReadOnlySpan{GuestValue})"/> were
    /// made a source as it is: that would cancel the call.
    /// </summary>
    /// <typeparam name="T">The type of the items: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <param name="sandbox">Whose guest.</param>
    /// <param name="function">The guest function; it yields and returns nothing.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> cannot pass between host and guest.</exception>
    public static Source<T, NotUsed> From<T>(SandboxRef sandbox, string function, params ReadOnlySpan<GuestValue> arguments) =>
        From<T>(sandbox, function, StreamOptions.Default, arguments);

    /// <param name="sandbox">Whose guest.</param>
    /// <param name="function">The guest function; it yields and returns nothing.</param>
    /// <param name="options">How many items may wait, and what bounds the call.</param>
    /// <param name="arguments">Its arguments; copied, byte arrays too.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option that cannot be.</exception>
    /// <inheritdoc cref="From{T}(SandboxRef, string, ReadOnlySpan{GuestValue})"/>
    public static Source<T, NotUsed> From<T>(SandboxRef sandbox, string function, StreamOptions options, params ReadOnlySpan<GuestValue> arguments)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        IAsyncEnumerable<T> stream = sandbox.StreamAsync<T>(function, options, arguments);
        return Source.Single(stream).Via(new ItemStage<IAsyncEnumerable<T>, T>(static stream => stream));
    }
}
