using System.Globalization;
using Iced.Intel;
using SandboxActors.Emulator.Tests.Differential;
using Xunit.Abstractions;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// Translated code does what the interpreter does, where the manual calls a flag undefined too: the same exit, the same registers, the same memory,
/// the same number of instructions. The interpreter is compared with KVM (<see cref="DifferentialSpec"/>); here each instruction is translated once
/// and run in many states.
/// </summary>
public sealed class TranslationSpec(ITestOutputHelper output)
{
    private const ulong Seed = 20_241_123;
    private const int DefaultCases = 150_000;
    private const int StatesPerInstruction = 32;
    private const int MostReported = 5;

    [Fact]
    public void Every_instruction_form_does_the_same_translated_and_interpreted()
    {
        using var interpreted = new StatefulMachine(EmulatorOptions.Never);
        using var translated = new StatefulMachine(translateAfter: 1);
        int instructionsPerForm = Math.Max(1, CaseCount.Wanted(DefaultCases) / (StatesPerInstruction * InstructionForms.Compared.Count));
        var different = new List<string>();
        foreach (Code form in InstructionForms.Compared)
        {
            for (int index = 0; index < instructionsPerForm; index++)
            {
                TestCase made = new CaseGenerator(form, index, Seed, index % CaseLayout.Slots).Make();
                if (FindDifference(interpreted, translated, made) is not { } difference) continue;
                different.Add(difference);
                break;
            }
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{InstructionForms.Compared.Count} forms, {instructionsPerForm} instructions of each, {StatesPerInstruction} states for each instruction."));
        Assert.True(different.Count == 0, $"{different.Count} forms differ:{Environment.NewLine}{string.Join(Environment.NewLine, different.Take(MostReported))}");
    }

    private static string? FindDifference(StatefulMachine interpreted, StatefulMachine translated, TestCase made)
    {
        interpreted.Load(made);
        translated.Load(made);
        for (int number = 0; number < StatesPerInstruction; number++)
        {
            TestCase state = number == 0 ? made : InAnotherState(made, number);
            string expected = interpreted.Run(state);
            string actual = translated.Run(state);
            if (expected != actual)
                return $"{made.Disassemble()} ({made.Origin}, state {number}){Environment.NewLine} interpreted {expected}{Environment.NewLine} translated  {actual}";
        }

        return null;
    }

    // Everything anew but what makes the instruction's address.
    private static TestCase InAnotherState(TestCase made, int number)
    {
        var random = new CaseRandom(CaseRandom.Seed(made.Origin, number, Seed));
        var state = new RandomState(random, new NumberSource(random), made.Slot);
        ulong[] registers = state.Registers;
        foreach (int kept in RegistersOfAddress(made)) registers[kept] = made.Registers[kept];
        return made with { Registers = registers, Vectors = state.Vectors, Flags = state.Flags, Mxcsr = state.Mxcsr, Memory = state.Memory };
    }

    private static IEnumerable<int> RegistersOfAddress(TestCase made)
    {
        var decoder = Decoder.Create(64, new ByteArrayCodeReader(made.Code));
        decoder.Decode(out Instruction instruction);
        yield return RegisterFile.Rsp;
        if (instruction.MemoryBase.IsGPR()) yield return instruction.MemoryBase.GetNumber();
        if (instruction.MemoryIndex.IsGPR()) yield return instruction.MemoryIndex.GetNumber();
        bool isImplied = instruction.IsStringInstruction || instruction.Mnemonic is Mnemonic.Xlatb or Mnemonic.Leave or Mnemonic.Enter or Mnemonic.Maskmovdqu;
        if (!isImplied && instruction.Mnemonic is not (Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc)) yield break;
        foreach (int number in new[] { RegisterFile.Rcx, RegisterFile.Rbx, RegisterFile.Rbp, RegisterFile.Rsi, RegisterFile.Rdi }) yield return number;
    }
}
