using CsCheck;
using SandboxActors.Cli.Running;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Tests;

/// <summary>What arguments of the command line come to.</summary>
public sealed class ArgumentReaderSpec : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Where_nobody_says_what_it_is_it_is_what_it_looks_like()
    {
        (string Text, GuestValue Value)[] all =
        [
            ("5", 5), ("-5", -5), ("3000000000", 3_000_000_000L), ("1.5", 1.5), ("-1e3", -1000.0), ("true", true), ("false", false), ("text", "text"), ("\"5\"", "5"),
            ("", ""), ("-", "-"), ("hex:00ff", new byte[] { 0, 255 }), ("u32:5", 5u), ("i64:5", 5L), ("u64:5", 5UL), ("f32:1.5", 1.5f), ("f64:1", 1.0), ("bool:true", true),
            ("string:i32:5", "i32:5"), ("void:5", "void:5"), ("http://x", "http://x"), ("NaN", "NaN"), ("f64:NaN", double.NaN),
        ];
        Assert.All(all, static one => Assert.Equal(one.Value, ArgumentReader.Infer(one.Text)));
    }

    [Fact]
    public void A_file_is_bytes()
    {
        File.WriteAllBytes(_file, [1, 2, 3]);
        Assert.Equal(new byte[] { 1, 2, 3 }, ArgumentReader.Infer("@" + _file).AsBytes());
        Assert.Equal(new byte[] { 1, 2, 3 }, ArgumentReader.Read("@" + _file, GuestValueType.Bytes).AsBytes());
        Assert.Equal("@" + _file, ArgumentReader.Read("@" + _file, GuestValueType.String).AsString());
    }

    [Theory]
    [InlineData("2147483648", "i32")]
    [InlineData("-1", "u32")]
    [InlineData("1.5", "i64")]
    [InlineData("x", "f64")]
    [InlineData("yes", "bool")]
    [InlineData("hex:0", "bytes")]
    [InlineData("text", "bytes")]
    [InlineData("@/no/such/file", "bytes")]
    [InlineData("@", "bytes")]
    public void What_is_no_such_value_is_refused(string text, string type) =>
        Assert.Throws<UsageException>(() => ArgumentReader.Read(text, GuestTypes.Find(type)!.Value));

    [Fact]
    public void Numbers_come_through_whole()
    {
        Gen.Int.Sample(static number => ArgumentReader.Infer($"i32:{number}") == number);
        Gen.ULong.Sample(static number => ArgumentReader.Read($"{number}", GuestValueType.UInt64) == number);
        Gen.Double.Sample(static number => ArgumentReader.Read(number.ToString("R", System.Globalization.CultureInfo.InvariantCulture), GuestValueType.Double) == number
            || double.IsNaN(number));
    }

    [Fact]
    public void Any_text_is_a_value_or_refused() => Gen.String.Sample(static text =>
    {
        try
        {
            return ArgumentReader.Infer(text).Type != GuestValueType.Void;
        }
        catch (UsageException)
        {
            return true;
        }
    });

    public void Dispose() => File.Delete(_file);
}
