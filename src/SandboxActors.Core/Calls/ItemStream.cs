using SandboxActors.Core.Abi;
using SandboxActors.Core.HostFunctions;
using SandboxActors.Wire;

namespace SandboxActors.Core.Calls;

/// <summary>The items of one call: where they go, and whether more are wanted. The call's own, so of one caller.</summary>
internal sealed class ItemStream(Func<GuestValue, ValueTask<bool>> take)
{
    /// <summary>The host function that guests yield by, as far as a call that waits for it needs one.</summary>
    public static readonly HostFunction Function = new(GuestAbi.YieldFunction, static bool () => throw new NotSupportedException("Items go to their stream."));

    // Written by a task that ends before the guest goes on.
    private volatile bool _hasEnded;

    /// <summary>Whether the guest has been told that no more items are wanted.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>Tests a yield.</summary>
    /// <returns>What is wrong with it, in words for the guest, or null.</returns>
    public static string? Mismatch(GuestCall call, FunctionCall yield)
    {
        if (call.Items is null) return $"'{call.Function}' was not called as a stream, so it cannot yield";
        if (yield.Parameters.Length != 1) return $"one item is yielded at a time, not {yield.Parameters.Length}";
        return yield.ReturnType == GuestValueType.Boolean ? null : $"a yield returns {GuestValueType.Boolean}, not {yield.ReturnType}";
    }

    /// <summary>Hands an item over.</summary>
    /// <returns>Whether the guest is to go on.</returns>
    public ValueTask<bool> OfferAsync(GuestValue item)
    {
        ValueTask<bool> taken = take(item);
        if (!taken.IsCompletedSuccessfully) return WaitAsync(taken);
        if (!taken.Result) _hasEnded = true;
        return ValueTask.FromResult(!_hasEnded);
    }

    private async ValueTask<bool> WaitAsync(ValueTask<bool> taken)
    {
        if (!await taken.ConfigureAwait(false)) _hasEnded = true;
        return !_hasEnded;
    }
}
