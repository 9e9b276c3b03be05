using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>A register as gdb knows it.</summary>
/// <param name="Name">Its name in gdb's standard features.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Type">Its type's name.</param>
/// <param name="Read">Writes its value into as many bytes, little-endian.</param>
/// <param name="Write">Takes a new value; null if it cannot be changed.</param>
internal sealed record TargetRegister(string Name, int Size, string Type, TargetRegister.Reader Read, TargetRegister.Writer? Write = null)
{
    /// <summary>Reads a register.</summary>
    /// <param name="state">What the vCPU holds.</param>
    /// <param name="value">Where its value goes; all zeros before.</param>
    public delegate void Reader(VcpuState state, Span<byte> value);

    /// <summary>Changes a register.</summary>
    /// <param name="state">What the vCPU holds.</param>
    /// <param name="value">The new value.</param>
    /// <returns>What it is to hold; null if it cannot hold that.</returns>
    public delegate VcpuState? Writer(VcpuState state, ReadOnlySpan<byte> value);
}
