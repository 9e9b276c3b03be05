using System.Collections.Immutable;
using System.Xml.Linq;
using CsCheck;
using SandboxActors.Core.Debugging;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Registers come to gdb as they are, and back as they were told.</summary>
public sealed class TargetRegistersSpec
{
    private const ulong WithAvx = 7;

    [Fact]
    public void What_is_written_is_read_back_and_nothing_else_changes()
    {
        (from seed in Gen.Int from number in Gen.Int[0, 74] select (seed, number)).Sample(drawn =>
        {
            var random = new Random(drawn.seed);
            VcpuState before = SomeState(random);
            TargetRegister register = TargetRegisters.Of(before)[drawn.number];
            byte[] value = new byte[register.Size];
            random.NextBytes(value);
            if (register.Write is null || register.Name is "eflags" or "rip" or "mxcsr" || register.Type == "int") return;

            VcpuState after = register.Write(before, value)!;

            Assert.Equal(value, Read(register, after));
            foreach (TargetRegister other in TargetRegisters.Of(before))
                if (other != register && other.Name != "ftag") Assert.Equal(Read(other, before), Read(other, after));
        });
    }

    [Fact]
    public void The_description_has_every_register_once_in_the_order_of_its_number_and_as_wide_as_it_is()
    {
        foreach (ulong extended in new ulong[] { 0, WithAvx })
        {
            VcpuState state = SomeState(new Random(1)) with { ExtendedControl = extended };
            XElement[] told = [.. XDocument.Parse(TargetDescription.For(state).Replace("<!DOCTYPE target SYSTEM \"gdb-target.dtd\">", string.Empty, StringComparison.Ordinal)).Descendants("reg")];
            ImmutableArray<TargetRegister> registers = TargetRegisters.Of(state);
            Assert.Equal(registers.Select(register => register.Name), told.Select(reg => (string)reg.Attribute("name")!));
            Assert.Equal(registers.Select(register => register.Size * 8), told.Select(reg => (int)reg.Attribute("bitsize")!));
            Assert.Equal(Enumerable.Range(0, registers.Length), told.Select(reg => (int)reg.Attribute("regnum")!));
            Assert.Equal(extended == WithAvx ? 75 : 59, registers.Length);
        }
    }

    [Theory]
    [InlineData(0, 0, 0xFFFFu)] // nothing in any
    [InlineData(0x01, 0, 0xFFFDu)] // a zero in the one that is the top of the stack
    [InlineData(0xFF, 0, 0x5555u)]
    [InlineData(0x80, 7 << 11, 0x7FFFu)] // the top is the last
    public void The_tag_word_is_what_the_registers_hold(int used, int status, uint tags)
    {
        VcpuState state = SomeState(new Random(1));
        byte[] image = new byte[4096];
        BitConverter.TryWriteBytes(image.AsSpan(2), (ushort)status);
        image[4] = (byte)used;
        TargetRegister tag = TargetRegisters.Core.Single(register => register.Name == "ftag");
        Assert.Equal(tags, BitConverter.ToUInt32(Read(tag, state with { ExtendedState = [.. image] })));
    }

    private static byte[] Read(TargetRegister register, VcpuState state)
    {
        byte[] value = new byte[register.Size];
        register.Read(state, value);
        return value;
    }

    private static VcpuState SomeState(Random random)
    {
        byte[] image = new byte[4096];
        random.NextBytes(image);
        return new VcpuState
        {
            General = new GeneralRegisters { Rax = (ulong)random.NextInt64(), R15 = (ulong)random.NextInt64(), Rip = 0x40_0000, Rflags = 2 },
            Special = new SpecialRegisters { Cs = new SegmentRegister { Selector = 0x33 }, Fs = new SegmentRegister { Base = (ulong)random.NextInt64() } },
            ExtendedState = [.. image],
            ExtendedControl = WithAvx,
            Debug = default,
            ModelSpecific = [],
        };
    }
}
