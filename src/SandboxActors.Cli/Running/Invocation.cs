using System.Collections.Immutable;
using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.Cli.Running;

/// <summary>Which function is called, and with what.</summary>
/// <param name="Function">Its name.</param>
/// <param name="ReturnType">The type of its result.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Invocation(string Function, GuestValueType ReturnType, ImmutableArray<GuestValue> Arguments)
{
    /// <summary>Makes of a command line what the guest's file says that the function takes.</summary>
    /// <param name="image">The guest.</param>
    /// <param name="function">The function's name.</param>
    /// <param name="arguments">Its arguments as they stand there.</param>
    /// <param name="returns">What the command line says that it returns; null if it says nothing.</param>
    /// <exception cref="UsageException">They do not fit, or it is not known what it returns.</exception>
    public static Invocation Of(GuestImage image, string function, IReadOnlyList<string> arguments, string? returns)
    {
        GuestValueType? stated = returns is null ? null : GuestTypes.Find(returns) ?? throw new UsageException($"'{returns}' is no type: write one of {GuestTypes.Names}.");
        if (image.Functions.FirstOrDefault(known => known.Name == function) is { } signature) return Of(signature, arguments, stated);
        if (stated is { } type) return new Invocation(function, type, [.. arguments.Select(ArgumentReader.Infer)]);
        throw new UsageException(image.Functions.Count == 0
            ? $"The file of guest '{image.Name}' does not say what its functions are: say what '{function}' returns (--returns TYPE)."
            : $"Guest '{image.Name}' lists no function '{function}'; it has {List(image)}. If it makes one of that name known as it runs, say what that returns (--returns TYPE).");
    }

    private static Invocation Of(GuestFunctionSignature signature, IReadOnlyList<string> arguments, GuestValueType? stated)
    {
        if (arguments.Count != signature.Parameters.Count)
            throw new UsageException($"{Shown(signature)} takes {signature.Parameters.Count} arguments, not {arguments.Count}.");
        return new Invocation(
            signature.Name, stated ?? signature.Result, [.. arguments.Select((text, place) => ArgumentReader.Read(text, signature.Parameters[place]))]);
    }

    /// <summary>A function as people write it: <c>Add(i32, i32) -> i32</c>.</summary>
    public static string Shown(GuestFunctionSignature signature) =>
        $"{signature.Name}({string.Join(", ", signature.Parameters.Select(GuestTypes.NameOf))}) -> {GuestTypes.NameOf(signature.Result)}";

    private static string List(GuestImage image)
    {
        const int Most = 20;
        string all = string.Join(", ", image.Functions.Take(Most).Select(static function => function.Name));
        return image.Functions.Count <= Most ? all : $"{all} and {image.Functions.Count - Most} more (sandboxctl inspect lists them)";
    }
}
