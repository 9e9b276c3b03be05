namespace SandboxActors.Cli.Tests;

/// <summary>Sizes and times as people write them.</summary>
public sealed class QuantitiesSpec
{
    [Theory]
    [InlineData("65536", 65536)]
    [InlineData("12B", 12)]
    [InlineData("256KiB", 256 << 10)]
    [InlineData("4MiB", 4 << 20)]
    [InlineData("1GiB", 1 << 30)]
    public void Sizes_are_bytes(string text, ulong bytes) => Assert.Equal(bytes, Quantities.ReadSize(text));

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("1.5s", 1500)]
    [InlineData("2m", 120_000)]
    public void Times_are_milliseconds(string text, double milliseconds) => Assert.Equal(milliseconds, Quantities.ReadTime(text).TotalMilliseconds);

    [Theory]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("1 KiB")]
    [InlineData("KiB")]
    [InlineData("1KB")]
    [InlineData("18446744073709551615KiB")]
    public void What_is_no_size_is_refused(string text) => Assert.Throws<UsageException>(() => Quantities.ReadSize(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("NaNs")]
    [InlineData("50000000s")]
    public void What_is_no_time_is_refused(string text) => Assert.Throws<UsageException>(() => Quantities.ReadTime(text));
}
