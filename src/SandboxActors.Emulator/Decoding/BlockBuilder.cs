using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Decodes the instructions from an address up to the next jump, or the end of the page.</summary>
internal static class BlockBuilder
{
    private const int MostOperations = 64;
    private const int BitsOfLongMode = 64;

    /// <summary>Decodes a block of at least one instruction.</summary>
    /// <exception cref="ProcessorTrapException">The first instruction cannot be fetched.</exception>
    public static DecodedBlock Build(ref Cpu cpu, ulong address)
    {
        byte[] code = FetchPage(ref cpu, address);
        var decoder = Decoder.Create(BitsOfLongMode, new ByteArrayCodeReader(code), address);
        var operations = new List<Operation>();
        while (operations.Count < MostOperations)
        {
            ulong at = decoder.IP;
            decoder.Decode(out Instruction instruction);
            if (instruction.IsInvalid && decoder.LastError == DecoderError.NoMoreBytes)
            {
                // Cut off by the end of the page or of what can be fetched. Not first: it gets a block of its own, and faults only if it is reached.
                if (operations.Count == 0) return BuildAcrossPages(ref cpu, address);
                break;
            }

            Operation operation = OperationBuilder.Build(in instruction, at, operations.Count);
            operations.Add(operation);
            if (operation.EndsBlock || decoder.IP - address >= (ulong)code.Length) break;
        }

        return Finish(address, operations, code);
    }

    private static DecodedBlock BuildAcrossPages(ref Cpu cpu, ulong address)
    {
        byte[] code = new byte[PortInstruction.MaximumLength];
        int available = cpu.CountFetchable(address, code.Length);
        cpu.Fetch(address, code.AsSpan(0, available));
        var decoder = Decoder.Create(BitsOfLongMode, new ByteArrayCodeReader(code, 0, available), address);
        decoder.Decode(out Instruction instruction);
        if (instruction.IsInvalid && decoder.LastError == DecoderError.NoMoreBytes)
        {
            // Faults as the processor does: on the first byte that is missing; or it is longer than an instruction can be.
            if (available < code.Length) cpu.Fetch(address + (ulong)available, code.AsSpan(0, 1));
            throw ProcessorTrapException.Protection();
        }

        return Finish(address, [OperationBuilder.Build(in instruction, address, index: 0)], code);
    }

    private static byte[] FetchPage(ref Cpu cpu, ulong address)
    {
        int length = GuestAddress.PageSize - (int)(address % GuestAddress.PageSize);
        byte[] code = new byte[Math.Min(length, MostOperations * 8)];
        cpu.Fetch(address, code);
        return code;
    }

    private static DecodedBlock Finish(ulong address, List<Operation> operations, byte[] code)
    {
        ulong end = operations[^1].Next;
        return new DecodedBlock(address, end, [.. operations], code[..(int)(end - address)]);
    }
}
