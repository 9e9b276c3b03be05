namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>Makes a case smaller as long as two machines still make different things of it.</summary>
internal sealed class Shrinker(Func<TestCase, bool> isDifferent)
{
    private const int MostTries = 4000;

    private int _tries;

    /// <summary>The smallest case found.</summary>
    public TestCase Shrink(TestCase made)
    {
        TestCase smaller = made;
        TestCase before;
        do
        {
            before = smaller;
            smaller = WithFewerSteps(smaller);
            smaller = WithPlainState(smaller);
        }
        while (!ReferenceEquals(before, smaller) && _tries < MostTries);
        return smaller;
    }

    private bool StillDiffers(TestCase candidate) => _tries++ < MostTries && SequenceGenerator.Ends(candidate) && isDifferent(candidate);

    // Without its neighbours an instruction's flags may be read where they are undefined: so all that the whole left undefined stays out.
    private TestCase WithFewerSteps(TestCase made)
    {
        for (int length = made.Steps.Count / 2; length > 0; length /= 2)
        {
            for (int i = made.Steps.Count - length; i >= 0; i--)
            {
                IReadOnlyList<CodeStep> steps = made.Steps;
                for (int removed = 0; removed < length && i < steps.Count; removed++) steps = CodeStep.Without(steps, i);
                TestCase candidate = made with { Steps = steps };
                if (steps.Count > 0 && steps.Count < made.Steps.Count && StillDiffers(candidate)) made = candidate;
            }
        }

        return made;
    }

    private TestCase WithPlainState(TestCase made)
    {
        for (int i = 0; i < made.Registers.Length; i++)
        {
            if (made.Registers[i] == 0 || i == 4) continue;
            ulong[] registers = [.. made.Registers];
            registers[i] = 0;
            made = TryInstead(made, made with { Registers = registers });
        }

        made = TryInstead(made, made with { Flags = 2 }, made.Flags != 2);
        made = TryInstead(made, made with { Mxcsr = 0x1F80 }, made.Mxcsr != 0x1F80);
        TestCase plain = made;
        byte[] vectors = Cleared(made.Vectors, 16, bytes => plain with { Vectors = bytes });
        if (vectors != made.Vectors) plain = made with { Vectors = vectors };
        TestCase rest = plain;
        byte[] memory = Cleared(rest.Memory, 32, bytes => rest with { Memory = bytes });
        return memory == rest.Memory ? rest : rest with { Memory = memory };
    }

    private TestCase TryInstead(TestCase made, TestCase candidate, bool isOther = true) => isOther && StillDiffers(candidate) ? candidate : made;

    private byte[] Cleared(byte[] bytes, int part, Func<byte[], TestCase> with)
    {
        for (int i = 0; i < bytes.Length; i += part)
        {
            if (bytes.AsSpan(i, part).IndexOfAnyExcept((byte)0) < 0) continue;
            byte[] cleared = [.. bytes];
            cleared.AsSpan(i, part).Clear();
            if (StillDiffers(with(cleared))) bytes = cleared;
        }

        return bytes;
    }
}
