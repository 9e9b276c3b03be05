namespace SandboxActors.Benchmarks.Peers;

/// <summary>A new instance of Wasmtime for each call, from a module that was compiled and linked ahead.</summary>
internal sealed class WasmtimeCycle(WasmtimeSettings settings, ReadOnlySpan<byte> module) : ICycle
{
    private readonly WasmtimeEngine _engine = new(settings.ForOneThatEnds(), module);

    public long CallAndRestore(int pages, int apart)
    {
        using var instance = new WasmtimeInstance(_engine);
        return instance.Call(instance.Export("write_pages"u8), pages, apart);
    }

    public void Dispose() => _engine.Dispose();
}
