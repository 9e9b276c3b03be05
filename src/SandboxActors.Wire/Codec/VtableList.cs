namespace SandboxActors.Wire.Codec;

/// <summary>The vtables of a message that is being written, each once, and where it stands.</summary>
internal sealed class VtableList
{
    /// <summary>
    /// More than a message can have. Tables of one kind differ by the padding in front of their first field, which is less than that field is long:
    /// those of numbers of 8 bytes in 8 ways, those of other values, of truth values and of parameters in 4 each; all others come once.
    /// </summary>
    private const int Most = 32;

    private readonly (Vtable Vtable, int Position)[] _vtables = new (Vtable, int)[Most];
    private int _count;

    public void Clear() => _count = 0;

    public bool TryFind(in Vtable vtable, out int position)
    {
        foreach ((Vtable Vtable, int Position) known in _vtables.AsSpan(0, _count))
        {
            if (known.Vtable != vtable) continue;
            position = known.Position;
            return true;
        }

        position = 0;
        return false;
    }

    public void Add(in Vtable vtable, int position) => _vtables[_count++] = (vtable, position);
}
