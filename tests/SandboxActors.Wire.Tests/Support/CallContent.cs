namespace SandboxActors.Wire.Tests.Support;

/// <summary>What a call says, comparable and printable.</summary>
internal sealed record CallContent(string Name, GuestValueType ReturnType, GuestValue[] Parameters)
{
    public static CallContent Of(FunctionCall call) => new(call.Name, call.ReturnType, [.. call.Parameters]);

    public bool Equals(CallContent? other) =>
        other is not null && Name == other.Name && ReturnType == other.ReturnType && Parameters.AsSpan().SequenceEqual(other.Parameters);

    public override int GetHashCode() => HashCode.Combine(Name, ReturnType, Parameters.Length);

    public override string ToString() => $"{ReturnType} '{Name}'({string.Join(", ", Parameters.Select(p => $"{p.Type} {p}"))})";
}
