using CsCheck;
using SandboxActors.Wire.Tests.Support;

namespace SandboxActors.Wire.Tests;

/// <summary>Calls that come again are written from a template; nobody can tell.</summary>
public sealed class TemplateSpec
{
    private static readonly Gen<GuestValue> Number = Generate.Parameter.Where(value => value.Type is not (GuestValueType.String or GuestValueType.Bytes));

    /// <summary>A few functions again and again, some of which share a template's place, with changing types.</summary>
    [Fact]
    public void Whatever_calls_come_in_whatever_order_each_is_written_as_if_it_were_the_first() =>
        Gen.Select(
                Gen.OneOf<string>("Add", "add", "Adder", "Sub", "A", "NoOp", "Zum Beispiel →"),
                Gen.OneOf(GuestValueType.Int32, GuestValueType.Void),
                Gen.OneOf(Number.Array[0, 2], Number.Array[7, 9], Generate.Parameter.Array[0, 2]),
                (name, returnType, parameters) => new CallContent(name, returnType, parameters))
            .Array[1, 200]
            .Sample(
                calls =>
                {
                    var writer = new MessageWriter();
                    foreach (CallContent call in calls)
                        Assert.Equal(StandardWriter.Call(call), writer.WriteCall(call.Name, call.ReturnType, call.Parameters).ToArray());
                },
                iter: 500);

    [Fact]
    public void Other_numbers_stand_where_the_first_ones_stood() => Gen.Select(Number.Array[0, 8], Gen.ULong).Sample(
        (first, bits) =>
        {
            GuestValue[] second = [.. first.Select(value => OfType(value.Type, bits))];
            var writer = new MessageWriter();
            for (int i = 0; i < 3; i++) writer.WriteCall("f", GuestValueType.Int32, first);
            Assert.Equal(
                StandardWriter.Call(new CallContent("f", GuestValueType.Int32, second)),
                writer.WriteCall("f", GuestValueType.Int32, second).ToArray());
        },
        iter: 1_000);

    private static GuestValue OfType(GuestValueType type, ulong bits) => GuestValue.FromBits(type, type switch
    {
        GuestValueType.Boolean => bits & 1,
        GuestValueType.Int32 or GuestValueType.UInt32 or GuestValueType.Single => (uint)bits,
        _ => bits,
    });
}
