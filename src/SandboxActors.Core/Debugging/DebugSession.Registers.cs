using System.Collections.Immutable;
using System.Text;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

// The guest's registers, all or one.
internal sealed partial class DebugSession
{
    private string ReadRegisters(GuestHold hold)
    {
        if (target.ReadState(hold) is not { } state) return IsRunning;
        var all = new StringBuilder();
        foreach (TargetRegister register in TargetRegisters.Of(state)) all.Append(Read(register, state));
        return all.ToString();
    }

    // What cannot be changed stays, whatever the client says: it says all at once.
    private string WriteRegisters(GuestHold hold, PacketText text)
    {
        if (text.RestAsBytes() is not { } bytes) return BadRequest;
        if (target.ReadState(hold) is not { } state) return IsRunning;
        foreach (TargetRegister register in TargetRegisters.Of(state))
        {
            if (bytes.Length < register.Size) return BadRequest;
            if (register.Write is { } write)
            {
                if (write(state, bytes.AsSpan(0, register.Size)) is not { } written) return BadRequest;
                state = written;
            }

            bytes = bytes[register.Size..];
        }

        return target.TryWriteState(hold, state) ? Done : Refused;
    }

    private string ReadRegister(GuestHold hold, PacketText text)
    {
        if (!text.TryTakeNumber(out ulong number)) return BadRequest;
        if (target.ReadState(hold) is not { } state) return IsRunning;
        ImmutableArray<TargetRegister> registers = TargetRegisters.Of(state);
        return number < (ulong)registers.Length ? Read(registers[(int)number], state) : BadRequest;
    }

    private string WriteRegister(GuestHold hold, PacketText text)
    {
        if (!text.TryTakeNumber(out ulong number) || !text.TryTake("="u8) || text.RestAsBytes() is not { } bytes) return BadRequest;
        if (target.ReadState(hold) is not { } state) return IsRunning;
        ImmutableArray<TargetRegister> registers = TargetRegisters.Of(state);
        if (number >= (ulong)registers.Length || registers[(int)number].Size != bytes.Length) return BadRequest;
        if (registers[(int)number].Write is not { } write) return Refused;
        if (write(state, bytes) is not { } written) return BadRequest;
        return target.TryWriteState(hold, written) ? Done : Refused;
    }

    private static string Read(TargetRegister register, VcpuState state)
    {
        Span<byte> value = stackalloc byte[register.Size];
        value.Clear();
        register.Read(state, value);
        return Convert.ToHexStringLower(value);
    }
}
