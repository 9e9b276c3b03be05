using SandboxActors.Core;
using SandboxActors.Wire;

namespace SandboxActors.Benchmarks;

/// <summary>A function of the guest <c>compute</c>, with arguments for a long run and for a short one.</summary>
/// <param name="Name">For the figures.</param>
/// <param name="Long">Calls it for a time worth measuring, some ten million instructions.</param>
/// <param name="Short">Calls it for some hundred thousand.</param>
internal sealed record Workload(string Name, Action<Sandbox> Long, Action<Sandbox> Short)
{
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("sha256", sandbox => sandbox.Call<byte[]>("Sha256", 10_000), sandbox => sandbox.Call<byte[]>("Sha256", 100)),
        new("sieve", sandbox => sandbox.Call<int>("Sieve", 2_000_000), sandbox => sandbox.Call<int>("Sieve", 20_000)),
        new("sort", sandbox => sandbox.Call<ulong>("Sort", 200_000, 1u), sandbox => sandbox.Call<ulong>("Sort", 2_000, 1u)),
        new("memcpy", sandbox => sandbox.Call<ulong>("Memcpy", 8_192, 1_000), sandbox => sandbox.Call<ulong>("Memcpy", 8_192, 10)),
        new("nbody", sandbox => sandbox.Call<double>("NBody", 50_000), sandbox => sandbox.Call<double>("NBody", 500)),
    ];
}
