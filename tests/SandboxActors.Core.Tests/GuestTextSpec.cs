using CsCheck;
using SandboxActors.Core.Diagnostics;

namespace SandboxActors.Core.Tests;

/// <summary>Text that a guest wrote, made fit for a terminal and a log.</summary>
public sealed class GuestTextSpec
{
    [Theory]
    [InlineData("plain text, 100 %", "plain text, 100 %")]
    [InlineData("grüße 🚀 日本", "grüße 🚀 日本")]
    [InlineData("", "")]
    [InlineData("a\nb\r\tc\0", @"a\u{a}b\u{d}\u{9}c\u{0}")]
    [InlineData("\u001b]0;title\u0007", @"\u{1b}]0;title\u{7}")]
    [InlineData("\u0085\u2028\u2029", @"\u{85}\u{2028}\u{2029}")] // lines of other kinds
    [InlineData("user\u202Etxt.exe\u2066", @"user\u{202e}txt.exe\u{2066}")] // the direction of reading
    [InlineData("in\u200Bvisible\uFEFF", @"in\u{200b}visible\u{feff}")]
    [InlineData(@"\u{1b}", @"\\u{1b}")]
    public void What_would_not_be_seen_as_it_is_becomes_an_escape(string text, string shown) => Assert.Equal(shown, GuestText.Escape(text));

    [Fact]
    public void Half_a_character_is_shown_as_damaged() => Assert.Equal("a\uFFFDb", GuestText.Escape("a\uD800b"));

    [Fact]
    public void A_place_has_no_more_than_it_has_room_for_and_no_half_of_a_character()
    {
        Assert.Equal("wor", GuestText.Escape("words", 3));
        Assert.Equal("words", GuestText.Escape("words", 5));
        Assert.Equal("a\U0001F680", GuestText.Escape("a\U0001F680b", 3));
        Assert.Equal("a", GuestText.Escape("a\U0001F680b", 2));
    }

    [Fact]
    public void A_long_text_is_cut() => Assert.Equal(new string('x', GuestText.Longest) + "...", GuestText.Escape(new string('x', 1_000_000)));

    [Fact]
    public void No_text_gets_a_control_character_through() => Gen.String.Sample(
        text => Assert.DoesNotContain(GuestText.Escape(text), c => char.IsControl(c) || c is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E')));

    [Fact]
    public void A_cause_is_fit_to_be_shown_and_keeps_what_the_guest_said()
    {
        const string said = "gone\u001b[1A\nSandbox 1 is fine";
        PoisonReason[] causes =
        [
            new PoisonReason.Panicked(8, said), new PoisonReason.Aborted(3, said), new PoisonReason.HeapExhausted(said),
            new PoisonReason.HeapCorrupted(said), new PoisonReason.StackCorrupted(said), new PoisonReason.InvalidMessage(said),
            new PoisonReason.HostFailed(new IOException(said)),
        ];
        Assert.All(causes, cause => Assert.EndsWith(@"gone\u{1b}[1A\u{a}Sandbox 1 is fine", cause.ToString()));
        Assert.Equal(said, ((PoisonReason.Panicked)causes[0]).Message);
        Assert.DoesNotContain(new PoisonedSandboxException(causes[0]).Message, char.IsControl);
    }
}
