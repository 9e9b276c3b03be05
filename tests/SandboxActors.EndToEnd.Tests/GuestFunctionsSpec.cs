using System.Text;
using SandboxActors.Core;
using SandboxActors.Guests;
using SandboxActors.Wire;

namespace SandboxActors.EndToEnd.Tests;

/// <summary>The functions that a guest file lists; and whatever the file says, nothing but a list.</summary>
public sealed class GuestFunctionsSpec
{
    private const int Mutations = 2000;

    [Fact]
    public void A_file_lists_its_functions_with_their_types()
    {
        GuestImage image = GuestImage.FromFile(GuestFiles.Path("simple"));
        GuestFunctionSignature nine = image.Functions.Single(static function => function.Name == "EchoNine");
        Assert.Equal(GuestValueType.String, nine.Result);
        Assert.Equal(
            [
                GuestValueType.Int32, GuestValueType.UInt32, GuestValueType.Int64, GuestValueType.UInt64, GuestValueType.Single, GuestValueType.Double,
                GuestValueType.Boolean, GuestValueType.String, GuestValueType.Bytes,
            ],
            nine.Parameters);
        Assert.Contains(image.Functions, static function => function.Name == "24K_in_8K_out");
        Assert.Equal(GuestValueType.Void, image.Functions.Single(static function => function.Name == "NoOp").Result);
    }

    [Fact]
    public void A_file_that_was_stripped_lists_none()
    {
        byte[] file = File.ReadAllBytes(GuestFiles.Path("hello"));
        file.AsSpan(40, 8).Clear(); // where its section headers are
        Assert.Empty(GuestImage.FromBytes(file).Functions);
    }

    [Theory]
    [InlineData("Greet\0", "\0reet\0")] // no name
    [InlineData("Greet\0", "Gr\u00ffet\0")] // no UTF-8
    [InlineData("__stop_guest_functions\0", "__stop_guest_function?\0")] // no end
    public void A_list_of_which_anything_is_wrong_is_none(string old, string replacement)
    {
        byte[] file = File.ReadAllBytes(GuestFiles.Path("hello"));
        int replaced = 0;
        for (int at; (at = file.AsSpan().IndexOf(Encoding.Latin1.GetBytes(old))) >= 0; replaced++) Encoding.Latin1.GetBytes(replacement).CopyTo(file, at);
        Assert.True(replaced > 0); // the names of symbols for the debugger too
        Assert.Empty(GuestImage.FromBytes(file).Functions);
    }

    [Fact]
    public void Whatever_a_file_says_reading_its_list_ends_in_one()
    {
        byte[] whole = File.ReadAllBytes(GuestFiles.Path("hello"));
        int constants = whole.AsSpan().IndexOf("HostAdd"u8) & ~0xFFF; // names, descriptors and pointers are in one segment
        var random = new Random(20_261_128);
        int listed = 0;
        for (int mutation = 0; mutation < Mutations; mutation++)
        {
            byte[] file = (byte[])whole.Clone();
            for (int change = 0; change < 40; change++) file[constants + random.Next(0x1000)] = (byte)random.Next(256);
            IReadOnlyList<GuestFunctionSignature> functions = GuestImage.FromBytes(file).Functions;
            if (functions.Count > 0) listed++;
            Assert.All(functions, static function => Assert.True(function.Name.Length is > 0 and <= 1024 && function.Parameters.Count <= 64));
        }

        Assert.InRange(listed, 1, Mutations - 1); // both happen
    }
}
