using static SandboxActors.Benchmarks.Peers.WasmtimeLibrary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>An instance in a store of its own, as one has it that shares nothing.</summary>
internal sealed unsafe class WasmtimeInstance : IDisposable
{
    private readonly WasmItem _instance;
    private readonly nint _store;
    private readonly nint _context;

    /// <exception cref="WasmtimeException">Wasmtime refused.</exception>
    public WasmtimeInstance(WasmtimeEngine engine)
    {
        _store = engine.NewStore();
        _context = wasmtime_store_context(_store);
        if (engine.Interruptible) wasmtime_context_set_epoch_deadline(_context, 1);
        _instance = engine.Instantiate(_context);
    }

    public WasmItem Export(ReadOnlySpan<byte> name)
    {
        fixed (byte* text = name)
            return wasmtime_instance_export_get(_context, in _instance, text, (nuint)name.Length, out WasmExtern item)
                ? item.Item
                : throw new WasmtimeException("The module has no such export.");
    }

    /// <summary>Where a memory stands now.</summary>
    public byte* Data(in WasmItem memory) => wasmtime_memory_data(_context, in memory);

    /// <exception cref="WasmtimeException">The guest trapped.</exception>
    public long Call(in WasmItem function, int first = 0, int second = 0)
    {
        WasmValue* values = stackalloc WasmValue[2];
        values[0].I64 = first;
        values[1].I64 = second;
        WasmtimeException.ThrowIf(wasmtime_func_call_unchecked(_context, in function, values, 2, out nint trap), trap);
        return values[0].I64;
    }

    public void Dispose() => wasmtime_store_delete(_store);
}
