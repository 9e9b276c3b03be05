namespace SandboxActors.Emulator.Tests.Differential;

/// <summary>One instruction of a case.</summary>
/// <param name="Bytes">Its bytes; of a branch those in front of its displacement.</param>
/// <param name="Target">For a branch the number of the step that it goes to, or the count of steps for the end of the case; otherwise
/// negative.</param>
/// <param name="DisplacementLength">For a branch the bytes of its displacement: 1 or 4.</param>
internal sealed record CodeStep(byte[] Bytes, int Target = -1, int DisplacementLength = 4)
{
    public bool IsBranch => Target >= 0;

    public int Length => Bytes.Length + (IsBranch ? DisplacementLength : 0);

    /// <summary>Puts steps one behind the other.</summary>
    public static byte[] Assemble(IReadOnlyList<CodeStep> steps)
    {
        int[] offsets = new int[steps.Count + 1];
        for (int i = 0; i < steps.Count; i++) offsets[i + 1] = offsets[i] + steps[i].Length;
        var code = new List<byte>(offsets[^1]);
        for (int i = 0; i < steps.Count; i++)
        {
            CodeStep step = steps[i];
            code.AddRange(step.Bytes);
            if (!step.IsBranch) continue;
            int displacement = offsets[step.Target] - offsets[i + 1];
            if (step.DisplacementLength == 1) code.Add((byte)checked((sbyte)displacement));
            else code.AddRange(BitConverter.GetBytes(displacement));
        }

        return [.. code];
    }

    /// <summary>The steps without one of them; branches to it go to the next.</summary>
    public static IReadOnlyList<CodeStep> Without(IReadOnlyList<CodeStep> steps, int index) =>
        [.. steps.Where((_, i) => i != index).Select(step => step.Target > index ? step with { Target = step.Target - 1 } : step)];
}
