using System.Numerics;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>One of the four basic operations, as the host does it.</summary>
internal interface IHostOperation
{
    /// <summary>Whether a zero for a result is exact: sums of ordinary numbers are never rounded to zero, products and quotients may be.</summary>
    static abstract bool HasExactZeros { get; }

    /// <summary>On two numbers.</summary>
    static abstract T Apply<T>(T left, T right)
        where T : INumber<T>;

    /// <summary>On all elements.</summary>
    static abstract Vector128<T> Apply<T>(Vector128<T> left, Vector128<T> right);
}
