using CsCheck;
using SandboxActors.Core.Image;
using SandboxActors.Machine;

namespace SandboxActors.Core.Tests;

/// <summary>
/// Names of a guest's addresses, out of a file that may say anything: they are found where they are right, and do no harm where they are wrong.
/// </summary>
public sealed class SymbolSpec
{
    private const ulong Code = 0x40_0000;

    [Fact]
    public void An_address_belongs_to_the_function_that_reaches_over_it()
    {
        GuestImage image = With(s => s.Add("first", Code, 4).Add("second", Code + 8, 4));
        Assert.Equal("first", NameAt(image, Code));
        Assert.Equal("first", NameAt(image, Code + 3));
        Assert.Null(NameAt(image, Code + 4));
        Assert.Equal("second", NameAt(image, Code + 8));
        Assert.Null(NameAt(image, Code + 12));
        Assert.Null(NameAt(image, 0));
        Assert.Null(image.Symbols.Problem);
    }

    [Fact]
    public void A_symbol_without_a_size_reaches_up_to_the_next()
    {
        GuestImage image = With(s => s.Add("label", Code, 0).Add("next", Code + 8, 2));
        Assert.Equal("label", NameAt(image, Code + 7));
        Assert.Equal("next", NameAt(image, Code + 9));
        Assert.Null(NameAt(image, Code + 10));
    }

    [Fact]
    public void A_symbol_reaches_over_those_inside_of_it() =>
        Assert.Equal("outer", NameAt(With(s => s.Add("outer", Code, 16).Add("inner", Code + 4, 2)), Code + 10));

    [Fact]
    public void Of_several_at_one_address_the_global_function_is_taken()
    {
        GuestImage image = With(s => s.Add("function", Code, 8).Add("label", Code, 8, info: 0x10).Add("local", Code, 8, info: 0x02));
        Assert.Equal("function", NameAt(image, Code));
    }

    [Fact]
    public void No_symbol_reaches_into_another_part_of_the_image() => Assert.Null(NameAt(With(s => s.Add("label", Code, 0)), Code + 0x1000));

    [Theory]
    [InlineData(0x12, 0)] // not defined here
    [InlineData(0x12, 0xFFF1)] // a number, not an address
    [InlineData(0x03, 1)] // a section
    [InlineData(0x04, 1)] // a source file
    public void What_names_nothing_in_the_guest_is_left_out(byte info, ushort section) =>
        Assert.Equal(0, With(s => s.Add("other", Code, 8, info, section)).Symbols.Count);

    [Fact]
    public void A_name_is_shown_on_one_line_and_without_control_characters() =>
        Assert.Equal(@"a\u{1b}[2Jb\u{a}c\u{202e}d", NameAt(With(s => s.Add("a\u001b[2Jb\nc\u202ed", Code, 8)), Code));

    [Fact]
    public void A_name_without_an_end_is_cut_at_the_end_of_the_names() =>
        Assert.Equal("fun", NameAt(With(s => { s.Add("function", Code, 8); s.NamesLength = 4; }), Code));

    [Fact]
    public void A_name_of_absurd_length_is_cut() => Assert.Equal(1024, NameAt(With(s => s.Add(new string('x', 5000), Code, 8)), Code)!.Length);

    [Fact]
    public void A_file_without_sections_says_so() =>
        Assert.Contains("no section headers", GuestImage.FromBytes(new ElfBuilder().Build()).Symbols.Problem);

    [Fact]
    public void A_stripped_file_says_so() => Wrong("stripped", s => s.SymbolsType = 1);

    [Fact]
    public void Section_headers_of_another_size_are_not_read() => Wrong("section headers are 40 bytes", s => s.SectionHeaderSize = 40);

    [Fact]
    public void Section_headers_outside_the_file_are_not_read() => Wrong("section headers lie outside", s => s.SectionOffset = ulong.MaxValue - 8);

    [Fact]
    public void More_section_headers_than_the_file_holds_are_not_read() =>
        Wrong("section headers lie outside", s => s.SectionCount = ushort.MaxValue);

    [Fact]
    public void Symbols_of_another_size_are_not_read() => Wrong("symbols are 16 bytes", s => s.EntrySize = 16);

    [Fact]
    public void Symbols_outside_the_file_are_not_read() => Wrong("symbol table lies outside", s => s.SymbolsLength = ulong.MaxValue);

    [Fact]
    public void Names_outside_the_file_are_not_read() => Wrong("names of its symbols lie outside", s => s.NamesOffset = ulong.MaxValue);

    [Fact]
    public void Names_in_a_section_that_is_not_there_are_not_read() => Wrong("section 9", s => s.NamesSection = 9);

    [Fact]
    public void Names_in_a_section_of_another_kind_are_not_read() => Wrong("section 2", s => s.NamesType = 1);

    [Fact]
    public void More_symbols_than_are_sensible_are_not_read()
    {
        byte[] file = new ElfBuilder().Build(((SymbolSections.MaximumSymbols + 2) * SymbolSections.SymbolSize) + 0x3000);
        const ulong tooMany = (ulong)(SymbolSections.MaximumSymbols + 1) * SymbolSections.SymbolSize;
        var symbols = new ElfSymbols { SymbolsOffset = 0x3000, SymbolsLength = tooMany };
        Assert.Contains("are the most", GuestImage.FromBytes(symbols.AppendTo(file)).Symbols.Problem);
    }

    /// <summary>Whatever stands in the sections, and wherever they are said to be: an image loads, and every address has a name or none.</summary>
    [Fact]
    public void Hostile_symbols_harm_nothing()
    {
        Gen<ulong> number = Gen.OneOf(Gen.ULong, Gen.ULong[0, 0x4000], Gen.ULong[Code, Code + 0x2000]);
        Gen<ElfSymbols.Symbol> symbol = Gen.Select(
            Gen.String[0, 20], number, number, Gen.Byte, Gen.UShort, (n, start, size, info, at) => new ElfSymbols.Symbol(n, start, size, info, at));
        Gen<(int Field, ulong Value)> change = Gen.Select(Gen.Int[0, 9], number);
        Gen.Select(symbol.Array[0, 40], change.Array[0, 3], number).Sample(
            (symbols, changes, address) =>
            {
                var elf = new ElfSymbols();
                elf.Symbols.AddRange(symbols);
                foreach ((int field, ulong value) in changes) Change(elf, field, value);
                var image = GuestImage.FromBytes(elf.AppendTo(new ElfBuilder().Build()));
                foreach (ulong at in (ulong[])[address, Code, Code + 15, Code + 0xFFF, ulong.MaxValue])
                {
                    if (image.SymbolAt(new GuestAddress(at)) is not { } found) continue;
                    Assert.True(image.SegmentAt(found.Start) is not null && found.Start.Value <= at);
                    Assert.DoesNotContain(found.Name, char.IsControl);
                }
            },
            iter: 20_000);
    }

    private static void Change(ElfSymbols elf, int field, ulong value)
    {
        switch (field)
        {
            case 0: elf.SectionOffset = value; break;
            case 1: elf.SectionCount = (ushort)value; break;
            case 2: elf.SectionHeaderSize = (ushort)value; break;
            case 3: elf.NamesSection = (uint)value; break;
            case 4: elf.NamesType = (uint)value; break;
            case 5: elf.EntrySize = value; break;
            case 6: elf.SymbolsOffset = value; break;
            case 7: elf.SymbolsLength = value; break;
            case 8: elf.NamesOffset = value; break;
            default: elf.NamesLength = value; break;
        }
    }

    private static void Wrong(string problem, Action<ElfSymbols> change)
    {
        GuestImage image = With(s => change(s.Add("function", Code, 8)));
        Assert.Contains(problem, image.Symbols.Problem);
        Assert.Null(NameAt(image, Code));
    }

    private static GuestImage With(Action<ElfSymbols> configure)
    {
        var symbols = new ElfSymbols();
        configure(symbols);
        return GuestImage.FromBytes(symbols.AppendTo(new ElfBuilder().Build()));
    }

    private static string? NameAt(GuestImage image, ulong address) => image.SymbolAt(new GuestAddress(address))?.Name;
}
