using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using SandboxActors.Emulator.Tests.Differential;
using SandboxActors.Machine;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// Approximations are as good as the architecture asks for (Intel SDM volume 2, RCPPS and RSQRTPS), and exact where there is nothing to approximate.
/// </summary>
public sealed class ApproximationSpec
{
    private const double AllowedError = 1.5 / 4096;
    private const int Rcpps = 0x53;
    private const int Rsqrtps = 0x52;
    private const int ImageVectors = 160;
    private const int Numbers = 4_000;

    [Theory]
    [InlineData(Rcpps)]
    [InlineData(Rsqrtps)]
    public void An_approximation_is_close(int opcode)
    {
        using BareGuest guest = Build(opcode);
        var random = new CaseRandom((ulong)opcode);
        for (int number = 0; number < Numbers; number++)
        {
            float value = BitConverter.UInt32BitsToSingle((uint)random.NextUInt64() & 0x7FFF_FFFF);
            double exact = opcode == Rcpps ? 1 / (double)value : 1 / Math.Sqrt(value);
            // Neither what is no number or too small to be normal, nor what becomes that.
            if (!float.IsNormal(value) || exact is > float.MaxValue or < 1.2e-38) continue;
            Assert.InRange(BitConverter.UInt32BitsToSingle(Approximate(guest, value)) / exact, 1 - AllowedError, 1 + AllowedError);
        }
    }

    [Theory]
    [InlineData(Rcpps, 0x0000_0000u, 0x7F80_0000u)] // 0 -> infinity
    [InlineData(Rcpps, 0x8000_0000u, 0xFF80_0000u)] // -0 -> -infinity
    [InlineData(Rcpps, 0x8000_0001u, 0xFF80_0000u)] // the smallest negative number counts as -0
    [InlineData(Rcpps, 0xFF80_0000u, 0x8000_0000u)] // -infinity -> -0
    [InlineData(Rcpps, 0x7F7F_FFFFu, 0x0000_0000u)] // what would be subnormal is 0
    [InlineData(Rcpps, 0x7F80_0001u, 0x7FC0_0001u)] // a signaling NaN becomes quiet
    [InlineData(Rcpps, 0x4000_0000u, 0x3F00_0000u)] // 2 -> 0.5
    [InlineData(Rsqrtps, 0x8000_0000u, 0xFF80_0000u)] // -0 -> -infinity
    [InlineData(Rsqrtps, 0x0000_0001u, 0x7F80_0000u)] // the smallest number counts as 0
    [InlineData(Rsqrtps, 0xBF80_0000u, 0xFFC0_0000u)] // -1 -> no number
    [InlineData(Rsqrtps, 0x7F80_0000u, 0x0000_0000u)] // infinity -> 0
    [InlineData(Rsqrtps, 0x4080_0000u, 0x3F00_0000u)] // 4 -> 0.5
    public void What_is_special_is_exact(int opcode, uint value, uint expected)
    {
        using BareGuest guest = Build(opcode);
        Assert.Equal(expected, Approximate(guest, BitConverter.UInt32BitsToSingle(value)));
    }

    // The instruction on XMM0 and XMM1; out.
    private static BareGuest Build(int opcode) => new(new EmulatedHypervisor(), 0x0F, (byte)opcode, 0xC1, 0xE7, BareGuest.Port);

    private static uint Approximate(BareGuest guest, float value)
    {
        VcpuState state = guest.Machine.ReadState();
        byte[] image = [.. state.ExtendedState];
        for (int element = 0; element < 4; element++) BinaryPrimitives.WriteSingleLittleEndian(image.AsSpan(ImageVectors + 16 + (4 * element)), value);
        guest.Machine.WriteState(state with
        {
            General = state.General with { Rip = BareGuest.Code.Value },
            ExtendedState = ImmutableCollectionsMarshal.AsImmutableArray(image),
        });
        guest.RunToOutput();
        ReadOnlySpan<byte> result = guest.Machine.ReadState().ExtendedState.AsSpan().Slice(ImageVectors, 16);
        uint first = BinaryPrimitives.ReadUInt32LittleEndian(result);
        for (int element = 1; element < 4; element++) Assert.Equal(first, BinaryPrimitives.ReadUInt32LittleEndian(result[(4 * element)..]));
        return first;
    }
}
