using System.Runtime.InteropServices;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>An outcome as bytes: how it ended, flags, MXCSR, general registers, vectors, memory; what is not compared is zero.</summary>
internal static class OutcomeImage
{
    private const ulong CameToItsEnd = ulong.MaxValue;
    private const int PortShift = 8;
    private const int VectorShift = 24;
    private const int ErrorCodeShift = 32;
    private const int Numbers = 6;
    private const int RegisterCount = 16;
    private const int VectorBytes = 256;
    private const int VectorsAt = (Numbers + RegisterCount) * sizeof(ulong);

    public static byte[] Write(Outcome outcome, TestCase made)
    {
        VmExit exit = outcome.Exit ?? default;
        bool isPortViolation = outcome.IsPortViolation;
        ulong ending = (ulong)exit.Kind | ((ulong)exit.Port << PortShift)
            | ((ulong)outcome.ComparedVector(made) << VectorShift) | ((ulong)exit.Fault.ErrorCode << ErrorCodeShift);
        byte[] image = new byte[VectorsAt + VectorBytes + outcome.Memory.Length];
        Span<ulong> numbers = MemoryMarshal.Cast<byte, ulong>(image.AsSpan(0, VectorsAt));
        numbers[0] = outcome.Exit is null ? CameToItsEnd : ending;
        numbers[1] = exit.Fault.Address.Value;
        numbers[2] = exit.Fault.InstructionPointer.Value;
        numbers[3] = exit.Value;
        numbers[4] = outcome.ComparedFlags(made);
        numbers[5] = outcome.Mxcsr;
        if (!isPortViolation) outcome.Registers.CopyTo(numbers[Numbers..]);
        outcome.Vectors.CopyTo(image.AsSpan(VectorsAt));
        outcome.MaskedMemory(made).CopyTo(image.AsSpan(VectorsAt + VectorBytes));
        return image;
    }

    public static Outcome Read(byte[] image)
    {
        ReadOnlySpan<ulong> numbers = MemoryMarshal.Cast<byte, ulong>(image.AsSpan(0, VectorsAt));
        return new Outcome
        {
            Exit = numbers[0] == CameToItsEnd ? null : ReadExit(numbers),
            Flags = numbers[4],
            Mxcsr = (uint)numbers[5],
            Registers = numbers[Numbers..].ToArray(),
            Vectors = image[VectorsAt..(VectorsAt + VectorBytes)],
            Memory = image[(VectorsAt + VectorBytes)..],
        };
    }

    private static VmExit ReadExit(ReadOnlySpan<ulong> numbers)
    {
        var kind = (VmExitKind)(byte)numbers[0];
        ushort port = (ushort)(numbers[0] >> PortShift);
        return kind switch
        {
            VmExitKind.Fault => VmExit.Faulted(new GuestFault(
                (CpuException)(byte)(numbers[0] >> VectorShift), (uint)(numbers[0] >> ErrorCodeShift), new GuestAddress(numbers[1]),
                    new GuestAddress(numbers[2]), default)),
            VmExitKind.Output => VmExit.Output(port, (uint)numbers[3]),
            VmExitKind.PortViolation => VmExit.PortViolation(port, default),
            _ => throw new InvalidDataException($"No case ends with {kind}."),
        };
    }
}
