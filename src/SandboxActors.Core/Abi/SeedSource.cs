using System.Security.Cryptography;

namespace SandboxActors.Core.Abi;

/// <summary>Random bytes from the system's generator, taken many at a time: every restore needs some, and asking costs as much as the rest of it.</summary>
internal static class SeedSource
{
    private const int PoolSize = 4096;

    [ThreadStatic]
    private static byte[]? _pool;

    [ThreadStatic]
    private static int _used;

    /// <summary>Fills with bytes that nobody else gets.</summary>
    /// <param name="target">Fewer than the pool has.</param>
    public static void Fill(Span<byte> target)
    {
        if (_pool is null || PoolSize - _used < target.Length)
        {
            _pool ??= new byte[PoolSize];
            RandomNumberGenerator.Fill(_pool);
            _used = 0;
        }

        Span<byte> bytes = _pool.AsSpan(_used, target.Length);
        bytes.CopyTo(target);
        bytes.Clear();
        _used += target.Length;
    }
}
