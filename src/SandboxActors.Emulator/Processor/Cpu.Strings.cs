namespace SandboxActors.Emulator;

/// <content>Addresses that are not an instruction's ordinary memory operand.</content>
internal ref partial struct Cpu
{
    /// <summary>The linear address of a string instruction's source, or of XLAT's table.</summary>
    public readonly ulong StringAddress(ulong address, Operation operation) =>
        operation.HasPlainAddress ? address : Adjust(address, operation);

    /// <summary>The memory operand's address moved by a distance before it is cut and its segment's base is added.</summary>
    public readonly ulong FarAddressOf(Operation operation, long distance)
    {
        ulong address = operation.Displacement + State.General[operation.Base] + (State.General[operation.IndexRegister] << operation.IndexShift) + (ulong)distance;
        return operation.HasPlainAddress ? address : Adjust(address, operation);
    }
}
