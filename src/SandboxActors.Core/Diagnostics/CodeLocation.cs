using System.Globalization;
using SandboxActors.Machine;

namespace SandboxActors.Core;

/// <summary>A place in a guest's code.</summary>
/// <param name="Address">The address.</param>
/// <param name="Symbol">The function that it belongs to, as the guest's file names it; null if no symbol covers it.</param>
/// <param name="Offset">Bytes from the function's start; zero if there is none.</param>
public readonly record struct CodeLocation(GuestAddress Address, string? Symbol, ulong Offset)
{
    /// <summary>The function with the offset into it, as <c>memcpy+0x12</c>; if there is none, the address.</summary>
    public override string ToString() => Symbol is null
        ? Address.ToString()
        : Offset == 0 ? Symbol : string.Create(CultureInfo.InvariantCulture, $"{Symbol}+0x{Offset:x}");
}
