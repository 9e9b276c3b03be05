namespace SandboxActors.Wire;

/// <summary>A call that came over the wire: what the other side wants to have called. Its values own their text and bytes.</summary>
public sealed class FunctionCall
{
    private readonly GuestValue[] _parameters;

    internal FunctionCall(string name, GuestValueType returnType, GuestValue[] parameters)
    {
        Name = name;
        ReturnType = returnType;
        _parameters = parameters;
    }

    /// <summary>The function's name: 1 to <see cref="WireLimits.MaximumNameLength"/> bytes of UTF-8.</summary>
    public string Name { get; }

    /// <summary>The type of result that the caller expects.</summary>
    public GuestValueType ReturnType { get; }

    /// <summary>The parameters in order, at most <see cref="WireLimits.MaximumParameters"/>; none is <see cref="GuestValueType.Void"/>.</summary>
    public IReadOnlyList<GuestValue> Parameters => _parameters;
}
