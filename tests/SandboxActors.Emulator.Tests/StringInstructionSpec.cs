using SandboxActors.Machine;
using SandboxActors.TestSupport;

namespace SandboxActors.Emulator.Tests;

/// <summary>Repeated string instructions: both directions, no step at all, a page's end, and a fault on the way.</summary>
public sealed class StringInstructionSpec
{
    private const ulong DirectionFlag = 0x400;
    private const ulong ReservedFlag = 2;

    private static readonly byte[] MoveBytes = [0xF3, 0xA4, 0xE7, BareGuest.Port]; // rep movsb; out

    [SkippableTheory, OnEachBackend]
    public void Moving_goes_upwards_across_pages(string backend)
    {
        using BareGuest guest = Guest(backend, MoveBytes, BareGuest.Data, BareGuest.Data + 5000, count: 4500);
        byte[] text = [.. Enumerable.Range(0, 4500).Select(i => (byte)(i * 7))];
        text.CopyTo(guest.At(BareGuest.Data, text.Length));

        guest.RunToOutput();

        Assert.Equal(text, guest.At(BareGuest.Data + 5000, text.Length).ToArray());
        GeneralRegisters general = guest.General;
        Assert.Equal((0UL, BareGuest.Data.Value + 4500, BareGuest.Data.Value + 9500), (general.Rcx, general.Rsi, general.Rdi));
    }

    [SkippableTheory, OnEachBackend]
    public void Moving_goes_downwards_with_the_direction_flag(string backend)
    {
        // Overlapping, so that the direction can be seen in the result.
        using BareGuest guest = Guest(backend, MoveBytes, BareGuest.Data + 103, BareGuest.Data + 105, count: 4, DirectionFlag);
        new byte[] { 1, 2, 3, 4, 0, 0 }.CopyTo(guest.At(BareGuest.Data + 100, 6));

        guest.RunToOutput();

        Assert.Equal(new byte[] { 1, 2, 1, 2, 3, 4 }, guest.At(BareGuest.Data + 100, 6).ToArray());
        GeneralRegisters general = guest.General;
        Assert.Equal((0UL, BareGuest.Data.Value + 99, BareGuest.Data.Value + 101), (general.Rcx, general.Rsi, general.Rdi));
    }

    [SkippableTheory, OnEachBackend]
    public void An_overlap_upwards_repeats_what_it_has_just_written(string backend)
    {
        using BareGuest guest = Guest(backend, MoveBytes, BareGuest.Data, BareGuest.Data + 1, count: 300);
        guest.At(BareGuest.Data, 1)[0] = 0x5A;

        guest.RunToOutput();

        Assert.Equal(-1, guest.At(BareGuest.Data, 301).IndexOfAnyExcept((byte)0x5A));
    }

    [SkippableTheory]
    [OnEachBackend(new byte[] { 0xF3, 0xA4 })] // rep movsb
    [OnEachBackend(new byte[] { 0xF3, 0x48, 0xAB })] // rep stosq
    [OnEachBackend(new byte[] { 0xF3, 0xA6 })] // repe cmpsb
    [OnEachBackend(new byte[] { 0xF2, 0xAE })] // repne scasb
    public void With_a_count_of_zero_nothing_is_touched_and_no_flag_changes(string backend, byte[] code)
    {
        using BareGuest guest = Guest(backend, [.. code, 0xE7, BareGuest.Port], BareGuest.Unmapped, BareGuest.Unmapped, count: 0, 0x8D5);

        guest.RunToOutput();

        GeneralRegisters general = guest.General;
        Assert.Equal((BareGuest.Unmapped.Value, BareGuest.Unmapped.Value, 0x8D5UL), (general.Rsi, general.Rdi, general.Rflags & 0x8D5));
    }

    [SkippableTheory, OnEachBackend]
    public void With_a_narrow_count_of_zero_the_upper_half_of_the_counter_stays(string backend)
    {
        // a32 rep movsb; out
        using BareGuest guest = Guest(backend, [0x67, .. MoveBytes], BareGuest.Unmapped, BareGuest.Unmapped, count: 0x1234_0000_0000);

        guest.RunToOutput();

        Assert.Equal(0x1234_0000_0000UL, guest.General.Rcx);
    }

    [SkippableTheory, OnEachBackend]
    public void With_a_narrow_count_a_fault_in_the_first_step_leaves_the_upper_half_of_the_counter(string backend)
    {
        using BareGuest guest = Guest(backend, [0x67, .. MoveBytes], BareGuest.Unmapped, BareGuest.Data, count: 0x1234_0000_0005);

        guest.RunToFault(CpuException.PageFault);

        Assert.Equal(0x1234_0000_0005UL, guest.General.Rcx);
    }

    [SkippableTheory, OnEachBackend]
    public void A_fault_on_the_way_leaves_the_steps_done_and_the_registers_at_the_one_that_faulted(string backend)
    {
        using BareGuest guest = Guest(backend, MoveBytes, BareGuest.Data, BareGuest.ReadOnly - 10, count: 64);
        guest.At(BareGuest.Data, 64).Fill(0x77);

        GuestFault fault = guest.RunToFault(CpuException.PageFault);

        Assert.Equal((7u, BareGuest.ReadOnly, BareGuest.Code), (fault.ErrorCode, fault.Address, fault.InstructionPointer));
        GeneralRegisters general = guest.General;
        Assert.Equal((54UL, BareGuest.Data.Value + 10, BareGuest.ReadOnly.Value), (general.Rcx, general.Rsi, general.Rdi));
        Assert.Equal(-1, guest.At(BareGuest.ReadOnly - 10, 10).IndexOfAnyExcept((byte)0x77));
        Assert.Equal(0, guest.At(BareGuest.ReadOnly, 1)[0]);
    }

    [SkippableTheory, OnEachBackend]
    public void Comparing_stops_behind_the_first_difference(string backend)
    {
        // repe cmpsb; out
        using BareGuest guest = Guest(backend, [0xF3, 0xA6, 0xE7, BareGuest.Port], BareGuest.Data, BareGuest.Data + 4090, count: 100);
        guest.At(BareGuest.Data + 4090 + 20, 1)[0] = 1;

        guest.RunToOutput();

        GeneralRegisters general = guest.General;
        Assert.Equal((79UL, BareGuest.Data.Value + 21, BareGuest.Data.Value + 4090 + 21), (general.Rcx, general.Rsi, general.Rdi));
        // 0 - 1: carry, sign, and no zero.
        Assert.Equal(0x81UL, general.Rflags & 0xC1);
    }

    [SkippableTheory, OnEachBackend]
    public void Scanning_stops_behind_what_it_looks_for(string backend)
    {
        // repne scasb; out
        using BareGuest guest = Guest(backend, [0xF2, 0xAE, 0xE7, BareGuest.Port], BareGuest.Data, BareGuest.Data, count: ulong.MaxValue);
        guest.At(BareGuest.Data, 5000).Fill(0x20);
        guest.At(BareGuest.Data + 5000, 1)[0] = 0;

        guest.RunToOutput();

        Assert.Equal((BareGuest.Data.Value + 5001, ulong.MaxValue - 5001), (guest.General.Rdi, guest.General.Rcx));
    }

    private static BareGuest Guest(string backend, byte[] code, GuestAddress source, GuestAddress destination, ulong count, ulong flags = 0) =>
        new BareGuest(backend, code).Set(general => general with
        {
            Rcx = count,
            Rsi = source.Value,
            Rdi = destination.Value,
            Rflags = flags | ReservedFlag,
        });
}
