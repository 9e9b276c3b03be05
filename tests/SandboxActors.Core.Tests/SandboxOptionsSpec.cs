using CsCheck;
using SandboxActors.Core.Layout;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>Sizes have bounds, and whatever lies within them gives a layout whose parts keep clear of each other.</summary>
public sealed class SandboxOptionsSpec
{
    private static readonly GuestImage Image = GuestImage.FromBytes(new ElfBuilder().Build());

    public static TheoryData<string, SizeBounds> Sizes => new()
    {
        { nameof(SandboxOptions.HeapSize), SandboxOptions.HeapBounds },
        { nameof(SandboxOptions.StackSize), SandboxOptions.StackBounds },
        { nameof(SandboxOptions.InputBufferSize), SandboxOptions.BufferBounds },
        { nameof(SandboxOptions.OutputBufferSize), SandboxOptions.BufferBounds },
    };

    [Theory, MemberData(nameof(Sizes))]
    public void A_size_out_of_bounds_is_refused_naming_both_bounds(string option, SizeBounds bounds)
    {
        With(option, bounds.Minimum).Validate();
        With(option, bounds.Maximum).Validate();
        foreach (ulong size in new ulong[] { 0, bounds.Minimum - 1, bounds.Maximum + 1, ulong.MaxValue })
        {
            ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(() => With(option, size).Validate());
            Assert.Equal(option, refused.ParamName);
            Assert.Contains($"at least {bounds.Minimum} and at most {bounds.Maximum} bytes", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_policy_that_does_not_exist_and_a_timeout_of_nothing_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => (SandboxOptions.Default with { StatePolicy = (StatePolicy)9 }).Validate());
        Assert.Throws<ArgumentOutOfRangeException>(() => (SandboxOptions.Default with { InitializationTimeout = TimeSpan.Zero }).Validate());
    }

    [Fact]
    public void A_time_to_look_for_calls_is_a_microsecond_to_a_millisecond()
    {
        foreach (double microseconds in new[] { 1, 50.5, 1000 })
            (SandboxOptions.Default with { ExitlessPoll = TimeSpan.FromMicroseconds(microseconds) }).Validate();
        foreach (double microseconds in new[] { -1, 0, 0.9, 1000.1, 1e9 })
        {
            SandboxOptions options = SandboxOptions.Default with { ExitlessPoll = TimeSpan.FromMicroseconds(microseconds) };
            Assert.Equal(nameof(SandboxOptions.ExitlessPoll), Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);
        }
    }

    [Fact]
    public void Every_part_of_a_layout_is_page_aligned_guarded_and_usable()
    {
        Gen.Select(Size(SandboxOptions.HeapBounds), Size(SandboxOptions.StackBounds), Size(SandboxOptions.BufferBounds), Size(SandboxOptions.BufferBounds)).Sample(
            (heap, stack, input, output) =>
            {
                var layout = SandboxLayout.For(
                    Image, new SandboxOptions { HeapSize = heap, StackSize = stack, InputBufferSize = input, OutputBufferSize = output });
                GuestRange[] parts = [layout.Image, .. layout.Parts().Select(p => p.Range)];
                Assert.All(parts, p => Assert.True(p.IsPageAligned));
                for (int i = 1; i < parts.Length; i++) Assert.True(parts[i].Start - parts[i - 1].End >= SandboxLayout.GuardSize);
                Assert.Equal(layout.StackGuard.End, layout.Stack.Start);
                Assert.True(layout.StackGuard.Start >= layout.Heap.End);
                Assert.True(GuestAddressSpace.IsUsable(layout.Reserved));
                Assert.True(layout.Heap.Length >= heap && layout.Stack.Length >= stack && layout.Input.Length >= input && layout.Output.Length >= output);
                Assert.Equal(8UL, layout.InitialStackPointer.Value % 16);
                Assert.DoesNotContain(layout.Parts(), p => p.Access.HasFlag(MemoryAccess.Write) && p.Access.HasFlag(MemoryAccess.Execute));
            },
            iter: 20_000);

        static Gen<ulong> Size(SizeBounds bounds) => Gen.ULong[bounds.Minimum, bounds.Maximum];
    }

    private static SandboxOptions With(string option, ulong size) => option switch
    {
        nameof(SandboxOptions.HeapSize) => SandboxOptions.Default with { HeapSize = size },
        nameof(SandboxOptions.StackSize) => SandboxOptions.Default with { StackSize = size },
        nameof(SandboxOptions.InputBufferSize) => SandboxOptions.Default with { InputBufferSize = size },
        _ => SandboxOptions.Default with { OutputBufferSize = size },
    };
}
