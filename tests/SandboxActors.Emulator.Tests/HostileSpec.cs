using System.Collections.Concurrent;
using CsCheck;
using SandboxActors.Machine;
using Xunit.Abstractions;

namespace SandboxActors.Emulator.Tests;

/// <summary>
/// No guest, however made, makes the software write where the guest may not, run on beyond its budget, throw, or end in a way that nobody documented.
/// </summary>
public sealed class HostileSpec(ITestOutputHelper output)
{
    private const int Guests = 24_000;
    private const int TranslatedGuests = 1_000;
    private const ulong Budget = 20_000;

    private static readonly EmulatorOptions Interpreting = new() { InstructionBudget = Budget, TranslateAfter = EmulatorOptions.Never };
    private static readonly EmulatorOptions Translating = new() { InstructionBudget = Budget, TranslateAfter = 4 };

    [Fact]
    public void No_guest_gets_out() => Attack(Guests, Interpreting);

    [Fact]
    public void No_guest_gets_out_that_is_translated() => Attack(TranslatedGuests, Translating);

    [Fact]
    public void A_guest_takes_as_many_instructions_and_ends_in_the_same_state_every_time() =>
        Gen.ULong.Sample(seed => Assert.Equal(Result(seed, Interpreting), Result(seed, Interpreting)), iter: 1_000);

    [Fact]
    public void Translation_changes_neither_the_count_of_instructions_nor_the_state() =>
        Gen.ULong.Sample(seed => Assert.Equal(Result(seed, Interpreting), Result(seed, Translating)), iter: TranslatedGuests);

    private void Attack(int guests, EmulatorOptions options)
    {
        var endings = new ConcurrentDictionary<VmExitKind, int>();
        Gen.ULong.Sample(
            seed =>
            {
                using var guest = new HostileGuest(seed, options);
                VmExit exit = guest.Run();
                endings.AddOrUpdate(exit.Kind, 1, static (_, count) => count + 1);
                Assert.Contains(
                    exit.Kind,
                    new[] { VmExitKind.Output, VmExitKind.PortViolation, VmExitKind.Fault, VmExitKind.Interrupted, VmExitKind.UnmappedMemory });
                Assert.InRange(guest.Machine.InstructionCount, 0UL, 4 * Budget);
                guest.AssertContained();
            },
            iter: guests);
        output.WriteLine(string.Join(", ", endings.OrderBy(ending => ending.Key).Select(ending => $"{ending.Key}: {ending.Value}")));
    }

    private static string Result(ulong seed, EmulatorOptions options)
    {
        using var guest = new HostileGuest(seed, options);
        VmExit exit = guest.Run();
        VcpuState state = guest.Machine.ReadState();
        string memory = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(guest.Memory()));
        string extended = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(state.ExtendedState.AsSpan()));
        return $"{guest.Machine.InstructionCount} {exit} {state.General} {state.Special} {extended} {memory}";
    }
}
