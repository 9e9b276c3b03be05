using Iced.Intel;
using SandboxActors.Machine;

namespace SandboxActors.Emulator;

/// <summary>Ports: one 4-byte <c>out</c> to an open port ends the run behind it, everything else at it.</summary>
internal static class PortUnit
{
    private static readonly Handler Violation = static (ref cpu, operation) => throw Violated(operation, (ushort)cpu.Register(RegisterFile.Rdx));

    public static void Register(Dictionary<Mnemonic, Handler> handlers)
    {
        handlers[Mnemonic.Out] = static (ref cpu, operation) => Output(ref cpu, operation);
        handlers[Mnemonic.In] = static (ref cpu, operation) => throw Violated(operation, PortOf(ref cpu, operation, operation.SourceKind));
        foreach (Mnemonic mnemonic in new[] { Mnemonic.Outsb, Mnemonic.Outsw, Mnemonic.Outsd, Mnemonic.Insb, Mnemonic.Insw, Mnemonic.Insd })
            handlers[mnemonic] = Violation;
    }

    private static void Output(ref Cpu cpu, Operation operation)
    {
        ushort port = PortOf(ref cpu, operation, operation.DestinationKind);
        if (operation.SourceSize != sizeof(uint) || !cpu.IsPortOpen(port)) throw Violated(operation, port);
        cpu.Exit = VmExit.Output(port, (uint)cpu.Register(RegisterFile.Rax));
        cpu.IsEnding = true;
    }

    private static ushort PortOf(ref Cpu cpu, Operation operation, OperandKind kind) =>
        kind == OperandKind.Immediate ? (byte)operation.Immediate : (ushort)cpu.Register(RegisterFile.Rdx);

    private static ProcessorTrapException Violated(Operation operation, ushort port) =>
        ProcessorTrapException.Ended(VmExit.PortViolation(port, new GuestAddress(operation.Address)));
}
