using Akka;
using Akka.Streams.Dsl;
using SandboxActors.Core;
using SandboxActors.Core.Calls;

namespace SandboxActors.Streams;

/// <summary>
/// Guest functions as stages of a stream, in which each element is the argument of one call. Back-pressure goes through: without demand no call is
/// made, and no guest goes on yielding for longer than its items have room. A call that fails fails the stage with the exception that its caller
/// would get, unless the stream's supervision strategy resumes: then the element, or what is left of its items, is passed over.
/// </summary>
public static class SandboxFlow
{
    /// <summary>One call for each element, one at a time; its result is the next element.</summary>
    /// <remarks>When downstream cancels, or the stream fails, while a call runs, the call is ended as one that its caller has cancelled.</remarks>
    /// <typeparam name="TIn">The type of the argument: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <typeparam name="TOut">The type of the result; one of the same.</typeparam>
    /// <param name="sandbox">Whose guest.</param>
    /// <param name="function">The guest function.</param>
    /// <param name="options">What bounds each call; nothing if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option that cannot be.</exception>
    /// <exception cref="ArgumentException">The options take items; for those there is <see cref="Stream{TIn, TOut}"/>.</exception>
    /// <exception cref="NotSupportedException">A type cannot pass between host and guest.</exception>
    public static Flow<TIn, TOut, NotUsed> Call<TIn, TOut>(SandboxRef sandbox, string function, CallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        return CallAcross<TIn, TOut>([sandbox], function, options);
    }

    /// <summary>
    /// One call for each element, on one sandbox after the other and on as many at a time as there are; results come in the order of their elements.
    /// At most one call for each sandbox is made ahead of demand.
    /// </summary>
    /// <param name="sandboxes">Whose guests; at least one.</param>
    /// <param name="function">The guest function.</param>
    /// <param name="options">What bounds each call; nothing if null.</param>
    /// <exception cref="ArgumentException">There is no sandbox, or the options take items.</exception>
    /// <inheritdoc cref="Call{TIn, TOut}(SandboxRef, string, CallOptions)"/>
    public static Flow<TIn, TOut, NotUsed> CallAcross<TIn, TOut>(IReadOnlyList<SandboxRef> sandboxes, string function, CallOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sandboxes);
        ArgumentException.ThrowIfNullOrEmpty(function);
        if (sandboxes.Count == 0) throw new ArgumentException("There is no sandbox to call.", nameof(sandboxes));
        CallOptions bounds = options ?? CallOptions.None;
        bounds.Validate();
        if (bounds.Items is not null) throw new ArgumentException("A call for each element gives one result and no items.", nameof(options));
        CheckTypes<TIn, TOut>();
        return Flow.FromGraph(new CallStage<TIn, TOut>([.. sandboxes], function, bounds));
    }

    /// <summary>One streaming call for each element, one after the other; the items that it yields are the next elements.</summary>
    /// <remarks>When downstream cancels, or the stream fails, the guest is told at its next yield, so that it can come to its end.</remarks>
    /// <typeparam name="TIn">The type of the argument: int, uint, long, ulong, float, double, bool, string or byte[].</typeparam>
    /// <typeparam name="TOut">The type of the items; one of the same.</typeparam>
    /// <param name="sandbox">Whose guest.</param>
    /// <param name="function">The guest function; it yields and returns nothing.</param>
    /// <param name="options">How many items may wait, and what bounds each call; the defaults if null.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option that cannot be.</exception>
    /// <exception cref="ArgumentException">The options take the items elsewhere.</exception>
    /// <exception cref="NotSupportedException">A type cannot pass between host and guest.</exception>
    public static Flow<TIn, TOut, NotUsed> Stream<TIn, TOut>(SandboxRef sandbox, string function, StreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sandbox);
        ArgumentException.ThrowIfNullOrEmpty(function);
        StreamOptions how = options ?? StreamOptions.Default;
        how.Validate();
        CheckTypes<TIn, TOut>();
        return Flow.FromGraph(new ItemStage<TIn, TOut>(element => sandbox.StreamAsync<TOut>(function, how, ResultType<TIn>.Write(element))));
    }

    private static void CheckTypes<TIn, TOut>() => _ = (ResultType<TIn>.Type, ResultType<TOut>.Type);
}
