using System.Buffers.Binary;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Guests;

namespace SandboxActors.Emulator.Tests;

/// <summary>Code that nobody would write: random bytes, random instructions one behind the other, and real code with bytes changed.</summary>
internal static class HostileCode
{
    private const int LongestInstruction = 15;
    private const uint Loadable = 1;
    private const uint Executable = 1;

    private static readonly Lazy<byte[]> RealCode = new(ReadRealCode);

    /// <summary>Fills a piece of memory.</summary>
    public static void Fill(Span<byte> memory, CaseRandom random)
    {
        int kind = random.Next(3);
        if (kind == 0) random.NextBytes(memory);
        else if (kind == 1) FillWithInstructions(memory, random);
        else FillWithRealCode(memory, random);
    }

    private static void FillWithInstructions(Span<byte> memory, CaseRandom random)
    {
        random.NextBytes(memory);
        // The rest stays random: a guest seldom gets that far.
        int end = Math.Min(memory.Length - LongestInstruction, 512);
        for (int at = 0; at < end;)
        {
            Iced.Intel.Code form = InstructionForms.Compared[random.Next(InstructionForms.Compared.Count)];
            byte[] code = new CaseGenerator(form, random.Next(1 << 20), 0, 0).Make().Code;
            if (code.Length > LongestInstruction) continue;
            code.CopyTo(memory[at..]);
            at += code.Length;
        }
    }

    private static void FillWithRealCode(Span<byte> memory, CaseRandom random)
    {
        byte[] real = RealCode.Value;
        int length = Math.Min(memory.Length, real.Length);
        real.AsSpan(random.Next(real.Length - length + 1), length).CopyTo(memory);
        for (int changes = random.Next(64); changes > 0; changes--) memory[random.Next(memory.Length)] = (byte)random.NextUInt64();
    }

    // The segments of the simple guest's ELF file that can be executed (ELF-64 Object File Format, program headers).
    private static byte[] ReadRealCode()
    {
        byte[] elf = File.ReadAllBytes(GuestFiles.Path("simple"));
        ulong headers = BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(32));
        int size = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(54));
        int count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(56));
        var code = new List<byte>();
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> header = elf.AsSpan((int)headers + (i * size), size);
            bool isCode = BinaryPrimitives.ReadUInt32LittleEndian(header) == Loadable
                && (BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) & Executable) != 0;
            if (!isCode) continue;
            int offset = (int)BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
            code.AddRange(elf.AsSpan(offset, (int)BinaryPrimitives.ReadUInt64LittleEndian(header[32..])));
        }

        return [.. code];
    }
}
