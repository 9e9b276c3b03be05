using System.Buffers.Binary;

namespace SandboxActors.Tests;

/// <summary>ELF files of a few machine instructions, for guests that no compiler would make.</summary>
internal static class TinyGuest
{
    private const int HeaderSize = 4096;
    private const ulong Address = 0x40_0000;

    /// <summary>A guest whose one segment, read and execute at 4 MiB, holds the code; it starts at its first byte.</summary>
    public static byte[] Elf(ReadOnlySpan<byte> code)
    {
        byte[] file = new byte[HeaderSize + code.Length];
        byte[] identification = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        identification.CopyTo(file, 0);
        (int Offset, ulong Value, int Size)[] fields =
        [
            (16, 2, 2), (18, 62, 2), (24, Address, 8), (32, 64, 8), (54, 56, 2), (56, 1, 2), // executable, x86-64, entry, one program header
            (64, 1, 4), (68, 5, 4), (72, HeaderSize, 8), (80, Address, 8), (96, (ulong)code.Length, 8), (104, (ulong)code.Length, 8), // load, read and execute
        ];
        Span<byte> value = stackalloc byte[8];
        foreach ((int offset, ulong number, int size) in fields)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(value, number);
            value[..size].CopyTo(file.AsSpan(offset));
        }

        code.CopyTo(file.AsSpan(HeaderSize));
        return file;
    }
}
