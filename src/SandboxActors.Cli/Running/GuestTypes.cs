using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>What types are called on the command line.</summary>
internal static class GuestTypes
{
    private static readonly (string Name, GuestValueType Type)[] All =
    [
        ("void", GuestValueType.Void),
        ("i32", GuestValueType.Int32),
        ("u32", GuestValueType.UInt32),
        ("i64", GuestValueType.Int64),
        ("u64", GuestValueType.UInt64),
        ("f32", GuestValueType.Single),
        ("f64", GuestValueType.Double),
        ("bool", GuestValueType.Boolean),
        ("string", GuestValueType.String),
        ("bytes", GuestValueType.Bytes),
    ];

    /// <summary>The names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(static known => known.Name));

    /// <summary>A type's name.</summary>
    public static string NameOf(GuestValueType type) => All.First(known => known.Type == type).Name;

    /// <summary>The type of a name; null if there is none.</summary>
    public static GuestValueType? Find(string name)
    {
        foreach ((string known, GuestValueType type) in All)
            if (known == name) return type;
        return null;
    }
}
