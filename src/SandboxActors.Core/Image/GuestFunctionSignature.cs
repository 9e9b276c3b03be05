using SandboxActors.Wire;

namespace SandboxActors.Core;

/// <summary>What a guest file says of one of its functions. It is the file's word: whether a call is right the guest decides when it is called.</summary>
public sealed class GuestFunctionSignature
{
    internal GuestFunctionSignature(string name, GuestValueType result, IReadOnlyList<GuestValueType> parameters)
    {
        Name = name;
        Result = result;
        Parameters = parameters;
    }

    /// <summary>The name that it is called by; guest-controlled text.</summary>
    public string Name { get; }

    /// <summary>The type of its result.</summary>
    public GuestValueType Result { get; }

    /// <summary>The types of its parameters.</summary>
    public IReadOnlyList<GuestValueType> Parameters { get; }
}
