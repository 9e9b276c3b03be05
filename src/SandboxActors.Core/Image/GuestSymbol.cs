using SandboxActors.Machine;

namespace SandboxActors.Core.Image;

/// <summary>A name that a guest file gives to an address.</summary>
/// <param name="Name">The name, fit to be shown.</param>
/// <param name="Start">Where what it names starts.</param>
/// <param name="Size">Bytes of what it names; zero if the file does not say.</param>
internal readonly record struct GuestSymbol(string Name, GuestAddress Start, ulong Size);
