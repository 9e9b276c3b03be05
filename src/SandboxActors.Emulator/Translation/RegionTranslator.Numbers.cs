namespace SandboxActors.Emulator;

/// <content>
/// What is known, at translation time, of the numbers in XMM registers: those found to be ordinary need no second test. Whatever is not ordinary
/// leaves the region, so what was found holds until the register is written, a handler is called, or ways meet.
/// </content>
internal sealed partial class RegionTranslator
{
    private readonly Ordinary[] _ordinary = new Ordinary[VectorFile.Count];
    private bool _isHostArithmeticAllowed;

    [Flags]
    private enum Ordinary
    {
        None = 0,

        /// <summary>The low 8 bytes are a double that is.</summary>
        Double = 1,

        /// <summary>Both doubles are.</summary>
        Pair = 2,

        /// <summary>The low 4 bytes are a single that is.</summary>
        Single = 4,
    }

    private void ForgetNumbers()
    {
        Array.Clear(_ordinary);
        _isHostArithmeticAllowed = false;
    }

    // Both are one as well.
    private bool IsKnown(int number, Ordinary what) =>
        (_ordinary[number] & what) != 0 || (what == Ordinary.Double && (_ordinary[number] & Ordinary.Pair) != 0);

    // Sets an XMM register to the value on the stack.
    private void SetVector(int number, Ordinary known = Ordinary.None)
    {
        _il.Store(Vector(number));
        _ordinary[number] = known;
    }
}
