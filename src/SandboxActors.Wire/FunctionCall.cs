namespace SandboxActors.Wire;

/// <summary>A call that came over the wire: what the other side wants to have called. Its values own their text and bytes.</summary>
public sealed class FunctionCall
{
    private GuestValue[] _parameters = [];
    private int _count;

    /// <summary>A call that is none yet, for <see cref="MessageReader.ReadCall(ReadOnlySpan{byte}, NameTable, FunctionCall)"/>.</summary>
    public FunctionCall()
    {
    }

    /// <summary>The function's name: 1 to <see cref="WireLimits.MaximumNameLength"/> bytes of UTF-8.</summary>
    public string Name { get; internal set; } = string.Empty;

    /// <summary>The type of result that the caller expects.</summary>
    public GuestValueType ReturnType { get; internal set; }

    /// <summary>The parameters in order, at most <see cref="WireLimits.MaximumParameters"/>; none is <see cref="GuestValueType.Void"/>.</summary>
    public ReadOnlySpan<GuestValue> Parameters => _parameters.AsSpan(0, _count);

    /// <summary>Forgets what the call was, and the texts and arrays that it kept alive.</summary>
    public void Clear()
    {
        Name = string.Empty;
        Expect(0);
    }

    /// <summary>Makes room for as many parameters as are to come, and forgets those that were there.</summary>
    internal Span<GuestValue> Expect(int count)
    {
        _parameters.AsSpan(0, _count).Clear();
        if (count > _parameters.Length) _parameters = new GuestValue[count];
        _count = count;
        return _parameters.AsSpan(0, count);
    }
}
