using SandboxActors.Wire;

namespace SandboxActors.Emulator.Tests;

/// <summary>A call of a function of the simple guest.</summary>
internal sealed record GuestCallCase(string Function, GuestValueType Result, params GuestValue[] Arguments);
