using System.Collections.Immutable;
using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>A function of the host that guests may call: its types, and a compiled way to call the delegate behind it.</summary>
internal sealed class HostFunction(
    string name, GuestValueType[] parameters, GuestValueType result, Func<FunctionCall, CancellationToken, HostCallOutcome> invoke, bool takesToken)
{
    public string Name { get; } = name;

    /// <summary>Whether its last parameter is a token, which is the host's own and no guest's.</summary>
    public bool TakesToken { get; } = takesToken;

    /// <summary>What its callers know of it.</summary>
    public HostFunctionSignature Signature { get; } = new(name, [.. parameters], result);

    /// <summary>Tests a guest's call against the function's types.</summary>
    /// <returns>What is wrong with the call, in words for the guest, or null.</returns>
    public string? Mismatch(FunctionCall call)
    {
        ReadOnlySpan<GuestValue> given = call.Parameters;
        if (given.Length != parameters.Length) return $"host function '{Name}' takes {parameters.Length} parameters, not {given.Length}";
        for (int i = 0; i < parameters.Length; i++)
            if (given[i].Type != parameters[i]) return $"parameter {i} of host function '{Name}' is {parameters[i]}, not {given[i].Type}";

        return call.ReturnType == result ? null : $"host function '{Name}' returns {result}, not {call.ReturnType}";
    }

    /// <summary>Calls the delegate, whose parameters are taken out of the call first. Throws whatever it throws.</summary>
    public HostCallOutcome Invoke(FunctionCall call, CancellationToken token) => invoke(call, token);
}
