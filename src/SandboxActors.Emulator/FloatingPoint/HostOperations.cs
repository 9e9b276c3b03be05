using System.Numerics;
using System.Runtime.Intrinsics;

namespace SandboxActors.Emulator;

/// <summary>The four basic operations.</summary>
internal static class HostOperations
{
    internal readonly struct Addition : IHostOperation
    {
        public static bool HasExactZeros => true;

        public static T Apply<T>(T left, T right)
            where T : INumber<T> => left + right;

        public static Vector128<T> Apply<T>(Vector128<T> left, Vector128<T> right) => left + right;
    }

    internal readonly struct Subtraction : IHostOperation
    {
        public static bool HasExactZeros => true;

        public static T Apply<T>(T left, T right)
            where T : INumber<T> => left - right;

        public static Vector128<T> Apply<T>(Vector128<T> left, Vector128<T> right) => left - right;
    }

    internal readonly struct Multiplication : IHostOperation
    {
        public static bool HasExactZeros => false;

        public static T Apply<T>(T left, T right)
            where T : INumber<T> => left * right;

        public static Vector128<T> Apply<T>(Vector128<T> left, Vector128<T> right) => left * right;
    }

    internal readonly struct Division : IHostOperation
    {
        public static bool HasExactZeros => false;

        public static T Apply<T>(T left, T right)
            where T : INumber<T> => left / right;

        public static Vector128<T> Apply<T>(Vector128<T> left, Vector128<T> right) => left / right;
    }
}
