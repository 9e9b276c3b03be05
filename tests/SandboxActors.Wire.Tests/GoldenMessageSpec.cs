using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>A change of the bytes on the wire changes a file in Golden/. On purpose: put what the failing test prints into the file.</summary>
public sealed class GoldenMessageSpec
{
    public static TheoryData<string> Names => [.. GoldenMessage.All.Select(golden => golden.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_message_is_written_byte_for_byte_as_kept(string name)
    {
        GoldenMessage golden = GoldenMessage.All.Single(g => g.Name == name);
        byte[] written = golden.Write(new MessageWriter());

        Assert.True(written.AsSpan().SequenceEqual(golden.Kept), $"Golden/{name}.hex differs from what is written:\n{GoldenMessage.ToText(written)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_kept_bytes_are_read_as_what_was_written(string name)
    {
        GoldenMessage golden = GoldenMessage.All.Single(g => g.Name == name);

        golden.Verify(Encode.Body(golden.Kept));
    }

    [Fact]
    public void Every_kept_file_belongs_to_a_message() =>
        Assert.Equal(GoldenMessage.All.Select(golden => $"Golden/{golden.Name}").Order(), Resource.Names("Golden/").Order());
}
