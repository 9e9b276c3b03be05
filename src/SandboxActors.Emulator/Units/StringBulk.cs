using System.Runtime.InteropServices;

namespace SandboxActors.Emulator;

/// <summary>
/// Many steps of a repeated MOVS or STOS at once, as far as they go upwards, stay in one page and cannot fault: what copying and filling memory is
/// mostly made of.
/// </summary>
internal static class StringBulk
{
    /// <summary>Copies.</summary>
    /// <param name="cpu">The run in progress.</param>
    /// <param name="operation">The instruction.</param>
    /// <param name="most">How many steps may be made.</param>
    /// <returns>How many were made; 0 if the next must be made alone.</returns>
    public static ulong Move(ref Cpu cpu, Operation operation, ulong most)
    {
        if (!IsPlain(ref cpu, operation)) return 0;
        ref ulong from = ref cpu.Register(RegisterFile.Rsi);
        ref ulong to = ref cpu.Register(RegisterFile.Rdi);
        Span<byte> source = cpu.FindRestOfPage(from, PagePermission.Read);
        Span<byte> destination = cpu.FindRestOfPage(to, PagePermission.Written);
        int steps = StepsIn(operation, most, Math.Min(source.Length, destination.Length));
        int length = steps * operation.StringSize;
        // A step may read what one before it has written: then each must be made in its turn.
        if (to - from < (ulong)length) return 0;
        source[..length].CopyTo(destination);
        from += (ulong)length;
        to += (ulong)length;
        return (ulong)steps;
    }

    /// <summary>Fills.</summary>
    /// <param name="cpu">The run in progress.</param>
    /// <param name="operation">The instruction.</param>
    /// <param name="most">How many steps may be made.</param>
    /// <returns>How many were made; 0 if the next must be made alone.</returns>
    public static ulong Store(ref Cpu cpu, Operation operation, ulong most)
    {
        if (!IsPlain(ref cpu, operation)) return 0;
        ref ulong to = ref cpu.Register(RegisterFile.Rdi);
        Span<byte> destination = cpu.FindRestOfPage(to, PagePermission.Written);
        int steps = StepsIn(operation, most, destination.Length);
        int length = steps * operation.StringSize;
        ulong value = cpu.Register(RegisterFile.Rax);
        destination = destination[..length];
        switch (operation.StringSize)
        {
            case 1:
                destination.Fill((byte)value);
                break;
            case 2:
                MemoryMarshal.Cast<byte, ushort>(destination).Fill((ushort)value);
                break;
            case 4:
                MemoryMarshal.Cast<byte, uint>(destination).Fill((uint)value);
                break;
            default:
                MemoryMarshal.Cast<byte, ulong>(destination).Fill(value);
                break;
        }

        to += (ulong)length;
        return (ulong)steps;
    }

    /// <summary>No steps at all: for instructions that have no such form.</summary>
    public static ulong None(ref Cpu cpu, Operation operation, ulong most) => 0;

    private static bool IsPlain(ref Cpu cpu, Operation operation) =>
        operation.HasPlainAddress && !cpu.IsSet(ProcessorFlags.Direction | ProcessorFlags.Trap);

    private static int StepsIn(Operation operation, ulong most, int length) => (int)Math.Min(most, (ulong)(length / operation.StringSize));
}
