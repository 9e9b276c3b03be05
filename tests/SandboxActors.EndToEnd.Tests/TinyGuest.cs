using System.Buffers.Binary;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>ELF files of a few machine instructions, for guests that no compiler would make.</summary>
internal static class TinyGuest
{
    /// <summary>A guest whose one segment, read and execute at 4 MiB, holds the code; it starts at its first byte.</summary>
    public static byte[] Elf(ReadOnlySpan<byte> code)
    {
        byte[] file = new byte[4096 + code.Length];
        "\u007fELF"u8.CopyTo(file);
        file[4] = 2; // 64-bit
        file[5] = 1; // little-endian
        file[6] = 1;
        Put16(16, 2); // executable
        Put16(18, 62); // x86-64
        Put64(24, 0x40_0000); // entry
        Put64(32, 64); // program headers
        Put16(54, 56);
        Put16(56, 1);
        Put16(64, 1); // load
        Put16(68, 5); // read, execute
        Put64(72, 4096);
        Put64(80, 0x40_0000);
        Put64(96, (ulong)code.Length);
        Put64(104, (ulong)code.Length);
        code.CopyTo(file.AsSpan(4096));
        return file;

        void Put16(int offset, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(offset), value);

        void Put64(int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(offset), value);
    }
}
