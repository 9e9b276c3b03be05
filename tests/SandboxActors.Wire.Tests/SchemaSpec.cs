using System.Reflection;
using SandboxActors.Wire.Codec;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>The codec is written by hand; here its constants are compared with the .fbs files, which are the contract.</summary>
public sealed class SchemaSpec
{
    private static readonly string[] ValueTypes = ["Int32", "UInt32", "Int64", "UInt64", "Single", "Double", "Boolean", "String", "Bytes", "Void"];

    private static readonly string[] OtherTables = ["FunctionCall", "Parameter", "FunctionResult", "FunctionReturn", "FunctionError", "LogRecord"];

    private static readonly string[] FieldTypes = ["int", "uint", "long", "ulong", "float", "double", "bool", "string", "[ubyte]"];

    [Theory]
    [InlineData("FunctionCall", typeof(WireFields.FunctionCall))]
    [InlineData("Parameter", typeof(WireFields.Parameter))]
    [InlineData("FunctionResult", typeof(WireFields.FunctionResult))]
    [InlineData("FunctionReturn", typeof(WireFields.FunctionReturn))]
    [InlineData("FunctionError", typeof(WireFields.FunctionError))]
    [InlineData("LogRecord", typeof(WireFields.LogRecord))]
    public void A_tables_slots_are_its_fields_in_order(string table, Type constants) => Assert.Equal(Schema.All.Slots(table), Constants(constants));

    [Fact]
    public void Every_value_table_but_void_has_one_field()
    {
        foreach (string type in ValueTypes)
        {
            Dictionary<string, int> expected = type == "Void" ? new() { ["Count"] = 0 } : Constants(typeof(WireFields.AnyValue));
            Assert.Equal(expected, Schema.All.Slots(type + "Value"));
        }
    }

    [Fact]
    public void The_value_tables_fields_have_the_types_that_the_codec_reads_and_writes() =>
        Assert.Equal(FieldTypes, ValueTypes[..^1].Select(type => Schema.All.Tables[type + "Value"].Single().Type));

    [Fact]
    public void Every_table_is_known_here() =>
        Assert.Equal(OtherTables.Concat(ValueTypes.Select(type => type + "Value")).Order(), Schema.All.Tables.Keys.Order());

    [Fact]
    public void What_is_no_scalar_is_required_as_the_reader_requires_it()
    {
        string[] scalars = [.. FieldTypes[..7], .. Schema.All.Enums.Keys];

        foreach (SchemaField field in Schema.All.Tables.Values.SelectMany(fields => fields))
            Assert.Equal(!scalars.Contains(field.Type), field.Required);
    }

    [Fact]
    public void The_value_types_have_the_schemas_numbers() => Assert.Equal(Schema.All.Enums["ValueType"], Numbers<GuestValueType>());

    [Fact]
    public void The_log_levels_have_the_schemas_numbers()
    {
        Dictionary<string, int> levels = Numbers<GuestLogLevel>();
        Assert.True(levels.Remove("None"), "None is a threshold and not on the wire.");

        Assert.Equal(Schema.All.Enums["LogLevel"], levels);
    }

    [Fact]
    public void The_tags_of_a_union_number_its_members_from_1()
    {
        Assert.Equal(["None", .. Schema.All.Unions["Value"].Select(member => member[..^"Value".Length])], Names<ValueTag>());
        Assert.Equal(["None", .. Schema.All.Unions["Outcome"]], Names<OutcomeTag>());
    }

    [Fact]
    public void A_values_tag_is_the_number_of_its_type_and_void_comes_behind_them()
    {
        foreach (GuestValueType type in Enum.GetValues<GuestValueType>())
        {
            var expected = type == GuestValueType.Void ? ValueTag.Void : (ValueTag)type;
            Assert.Equal(type.ToString(), expected.ToString());
        }
    }

    private static Dictionary<string, int> Constants(Type type) =>
        type.GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(field => field.Name, field => (int)field.GetRawConstantValue()!);

    private static Dictionary<string, int> Numbers<T>()
        where T : struct, Enum => Enum.GetValues<T>().ToDictionary(value => value.ToString(), value => Convert.ToInt32(value, null));

    /// <summary>The names in the order of their numbers, which must be 0, 1, 2 ...</summary>
    private static string[] Names<T>()
        where T : struct, Enum
    {
        Assert.Equal(Enumerable.Range(0, Enum.GetValues<T>().Length), Enum.GetValues<T>().Select(value => Convert.ToInt32(value, null)));
        return Enum.GetNames<T>();
    }
}
