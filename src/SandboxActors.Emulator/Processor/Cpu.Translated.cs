using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <content>What translated code needs beside the fast ways to memory: the slow ones, which report a fault instead of throwing it.</content>
internal ref partial struct Cpu
{
    /// <summary>The low 8 bytes of <see cref="Found"/>.</summary>
    public readonly ulong FoundLow => Found.AsUInt64().ToScalar();

    /// <summary>Reads what <see cref="TryFindReadable{T}"/> did not find into <see cref="Found"/>, zero-extended.</summary>
    /// <returns>False if the read faults; nothing has happened then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryReadSlowly<T>(ulong address)
        where T : unmanaged
    {
        T value = default;
        Span<byte> bytes = MemoryMarshal.AsBytes(new Span<T>(ref value));
        if (FindTrap(address, bytes.Length, PagePermission.Read, ErrorUser) is not null || !TryCopyOut(address, bytes)) return false;
        Found = default;
        bytes.CopyTo(MemoryMarshal.AsBytes(new Span<Vector128<byte>>(ref Found)));
        OpenWindow(address);
        return true;
    }

    /// <summary>Writes where <see cref="TryFindWritten{T}"/> found nothing.</summary>
    /// <returns>False if the write faults; nothing has happened then.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool TryWriteSlowly<T>(ulong address, T value)
        where T : unmanaged
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref value));
        if (FindTrap(address, bytes.Length, PagePermission.Write, ErrorUser | ErrorWrite) is not null) return false;
        CopyIn(address, bytes);
        OpenWindow(address);
        return true;
    }
}
