using SandboxActors.Wire;

namespace SandboxActors.Core.HostFunctions;

/// <summary>A function of the host that guests may call: a delegate, and how to call it.</summary>
internal sealed class HostFunction
{
    private readonly Delegate _function;
    private readonly HostFunctionShape _shape;

    /// <exception cref="ArgumentException">A parameter or the result has a type that cannot pass between host and guest, or there are too
    /// many.</exception>
    public HostFunction(string name, Delegate function)
    {
        _function = function;
        _shape = HostFunctionShape.Of(name, function);
        Signature = new HostFunctionSignature(name, _shape.Parameters, _shape.Result);
    }

    public string Name => Signature.Name;

    /// <summary>Whether its last parameter is a token, which is the host's own and no guest's.</summary>
    public bool TakesToken => _shape.TakesToken;

    /// <summary>What its callers know of it.</summary>
    public HostFunctionSignature Signature { get; }

    /// <summary>Tests a guest's call against the function's types.</summary>
    /// <returns>What is wrong with the call, in words for the guest, or null.</returns>
    public string? Mismatch(FunctionCall call)
    {
        ReadOnlySpan<GuestValue> given = call.Parameters;
        ReadOnlySpan<GuestValueType> wanted = _shape.Parameters.AsSpan();
        if (given.Length != wanted.Length) return $"host function '{Name}' takes {wanted.Length} parameters, not {given.Length}";
        for (int i = 0; i < wanted.Length; i++)
            if (given[i].Type != wanted[i]) return $"parameter {i} of host function '{Name}' is {wanted[i]}, not {given[i].Type}";

        return call.ReturnType == _shape.Result ? null : $"host function '{Name}' returns {_shape.Result}, not {call.ReturnType}";
    }

    /// <summary>Calls the delegate, whose parameters are taken out of the call first. Throws whatever it throws.</summary>
    public HostCallOutcome Invoke(FunctionCall call, CancellationToken token) => _shape.Invoke(_function, call, token);
}
