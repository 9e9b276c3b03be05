using System.Collections.Frozen;
using System.Collections.Immutable;
using SandboxActors.Core.Abi;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>The host functions of a sandbox by name. Immutable, so that any number of sandboxes may share one.</summary>
internal sealed class HostFunctionTable(IReadOnlyDictionary<string, HostFunction> functions)
{
    private readonly FrozenDictionary<string, HostFunction> _functions = functions.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Their names, so that a guest's call need not make its function's name anew.</summary>
    public NameTable Names { get; } = new([.. functions.Keys, GuestAbi.YieldFunction]);

    /// <summary>What they are, by name.</summary>
    public ImmutableArray<HostFunctionSignature> Signatures { get; } =
        [.. functions.Values.Select(static function => function.Signature).OrderBy(static signature => signature.Name, StringComparer.Ordinal)];

    /// <summary>Finds the function that a guest's call means.</summary>
    /// <param name="call">The guest's call.</param>
    /// <param name="function">The function, if the call fits it.</param>
    /// <returns>What is wrong with the call, in words for the guest, or null.</returns>
    public string? Find(FunctionCall call, out HostFunction? function) =>
        _functions.TryGetValue(call.Name, out function) ? function.Mismatch(call) : $"the host has no function '{call.Name}'";
}
