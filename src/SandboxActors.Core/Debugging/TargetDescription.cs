using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SandboxActors.Machine;

namespace SandboxActors.Core.Debugging;

/// <summary>What gdb is told of a guest's processor: an XML document, by gdb's standard features for x86.</summary>
internal static class TargetDescription
{
    private const string Prefix = "org.gnu.gdb.i386.";

    // Which bits have names (Intel SDM volume 1, sections 3.4.3 and 10.2.3).
    private static readonly (string Name, int Bit)[] Flags =
    [
        ("CF", 0), ("PF", 2), ("AF", 4), ("ZF", 6), ("SF", 7), ("TF", 8), ("IF", 9), ("DF", 10), ("OF", 11), ("NT", 14), ("RF", 16), ("VM", 17), ("AC", 18),
        ("VIF", 19), ("VIP", 20), ("ID", 21),
    ];

    private static readonly (string Name, int Bit)[] MxcsrBits =
    [
        ("IE", 0), ("DE", 1), ("ZE", 2), ("OE", 3), ("UE", 4), ("PE", 5), ("DAZ", 6), ("IM", 7), ("DM", 8), ("ZM", 9), ("OM", 10), ("UM", 11), ("PM", 12),
        ("FZ", 15),
    ];

    // The views of a vector, by the names that gdb itself has for them.
    private static readonly (string Name, string Element, int Count)[] Views =
    [
        ("v4_float", "ieee_single", 4), ("v2_double", "ieee_double", 2), ("v16_int8", "int8", 16), ("v8_int16", "int16", 8), ("v4_int32", "int32", 4),
        ("v2_int64", "int64", 2),
    ];

    /// <summary>The document for a processor.</summary>
    public static string For(VcpuState state)
    {
        var text = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\"><target><architecture>i386:x86-64</architecture>");
        int number = 0;
        Feature(text, "core", BitNames("i386_eflags", Flags), TargetRegisters.Core, ref number);
        Feature(text, "sse", VectorTypes() + BitNames("i386_mxcsr", MxcsrBits), TargetRegisters.Sse, ref number);
        Feature(text, "segments", string.Empty, TargetRegisters.SegmentBases, ref number);
        if (TargetRegisters.HasAvx(state)) Feature(text, "avx", string.Empty, TargetRegisters.AvxHigh, ref number);
        return text.Append("</target>").ToString();
    }

    private static void Feature(StringBuilder text, string name, string types, ImmutableArray<TargetRegister> registers, ref int number)
    {
        text.Append(CultureInfo.InvariantCulture, $"<feature name=\"{Prefix}{name}\">{types}");
        foreach (TargetRegister register in registers)
            text.Append(CultureInfo.InvariantCulture, $"<reg name=\"{register.Name}\" bitsize=\"{register.Size * 8}\" type=\"{register.Type}\" regnum=\"{number++}\"/>");
        text.Append("</feature>");
    }

    private static string BitNames(string type, (string Name, int Bit)[] bits)
    {
        IEnumerable<string> fields = bits.Select(bit => string.Create(
            CultureInfo.InvariantCulture, $"<field name=\"{bit.Name}\" start=\"{bit.Bit}\" end=\"{bit.Bit}\"/>"));
        return $"<flags id=\"{type}\" size=\"4\">{string.Concat(fields)}</flags>";
    }

    private static string VectorTypes()
    {
        IEnumerable<string> vectors = Views.Select(view => string.Create(
            CultureInfo.InvariantCulture, $"<vector id=\"{view.Name}_vector\" type=\"{view.Element}\" count=\"{view.Count}\"/>"));
        IEnumerable<string> fields = Views.Select(view => $"<field name=\"{view.Name}\" type=\"{view.Name}_vector\"/>");
        return $"{string.Concat(vectors)}<union id=\"vec128\">{string.Concat(fields)}<field name=\"uint128\" type=\"uint128\"/></union>";
    }
}
