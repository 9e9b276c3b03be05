using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.Benchmarks;

/// <summary>A function of the guest <c>compute</c>, with arguments for a long run, for a short one, and for hardly any.</summary>
/// <param name="Name">For the figures.</param>
/// <param name="Long">Calls it for a time worth measuring, some ten million instructions.</param>
/// <param name="Short">Calls it for some hundred thousand.</param>
/// <param name="Least">Calls it with so little to do that most of its code runs but a few times.</param>
internal sealed record Workload(string Name, Action<Sandbox> Long, Action<Sandbox> Short, Action<Sandbox> Least)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new(
            "sha256",
            sandbox => sandbox.Call<byte[]>("Sha256", 10_000),
            sandbox => sandbox.Call<byte[]>("Sha256", 100),
            sandbox => sandbox.Call<byte[]>("Sha256", 0)),
        new(
            "sieve",
            sandbox => sandbox.Call<int>("Sieve", 2_000_000),
            sandbox => sandbox.Call<int>("Sieve", 20_000),
            sandbox => sandbox.Call<int>("Sieve", 10)),
        new(
            "sort",
            sandbox => sandbox.Call<ulong>("Sort", 200_000, 1u),
            sandbox => sandbox.Call<ulong>("Sort", 2_000, 1u),
            sandbox => sandbox.Call<ulong>("Sort", 4, 1u)),
        new(
            "memcpy",
            sandbox => sandbox.Call<ulong>("Memcpy", 8_192, 1_000),
            sandbox => sandbox.Call<ulong>("Memcpy", 8_192, 10),
            sandbox => sandbox.Call<ulong>("Memcpy", 4, 1)),
        new(
            "nbody",
            sandbox => sandbox.Call<double>("NBody", 50_000),
            sandbox => sandbox.Call<double>("NBody", 500),
            sandbox => sandbox.Call<double>("NBody", 1)),
    ];
}
