using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static SandboxActors.Benchmarks.Peers.WasmtimeLibrary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>A module compiled, its imports resolved: an instance is one step from here.</summary>
internal sealed unsafe class WasmtimeEngine : IDisposable
{
    [ThreadStatic]
    private static Action? _whenSpinning;

    private readonly nint _engine;
    private readonly nint _module;
    private readonly nint _linker;
    private readonly nint _ahead;

    /// <exception cref="WasmtimeException">Wasmtime refused.</exception>
    public WasmtimeEngine(WasmtimeSettings settings, ReadOnlySpan<byte> wasm)
    {
        Interruptible = settings.Interruptible;
        _engine = wasm_engine_new_with_config(Configuration(settings));
        if (_engine == 0) throw new WasmtimeException("Wasmtime made no engine.");
        fixed (byte* bytes = wasm) WasmtimeException.ThrowIf(wasmtime_module_new(_engine, bytes, (nuint)wasm.Length, out _module));
        _linker = wasmtime_linker_new(_engine);
        Define("add"u8, parameters: 2, results: 1, &AddOnHost);
        Define("spinning"u8, parameters: 0, results: 0, &Spinning);
        WasmtimeException.ThrowIf(wasmtime_linker_instantiate_pre(_linker, _module, out _ahead));
    }

    /// <summary>What guests of this thread do when they say that they spin.</summary>
    public static Action? WhenSpinning
    {
        set => _whenSpinning = value;
    }

    public bool Interruptible { get; }

    public nint NewStore() => wasmtime_store_new(_engine, 0, 0);

    public WasmItem Instantiate(nint context)
    {
        WasmtimeException.ThrowIf(wasmtime_instance_pre_instantiate(_ahead, context, out WasmItem instance, out nint trap), trap);
        return instance;
    }

    /// <summary>Ends every guest that runs: an epoch is the engine's, not an instance's.</summary>
    public void Interrupt() => wasmtime_engine_increment_epoch(_engine);

    public void Dispose()
    {
        wasmtime_instance_pre_delete(_ahead);
        wasmtime_linker_delete(_linker);
        wasmtime_module_delete(_module);
        wasm_engine_delete(_engine);
    }

    private static nint Configuration(WasmtimeSettings settings)
    {
        nint configuration = wasm_config_new();
        wasmtime_config_cranelift_opt_level_set(configuration, WASMTIME_OPT_LEVEL_SPEED);
        wasmtime_config_memory_init_cow_set(configuration, true);
        wasmtime_config_epoch_interruption_set(configuration, settings.Interruptible);
        if (settings.PooledMemorySize is { } size)
        {
            nint pool = wasmtime_pooling_allocation_config_new();
            wasmtime_pooling_allocation_config_total_core_instances_set(pool, settings.Slots);
            wasmtime_pooling_allocation_config_total_memories_set(pool, settings.Slots);
            wasmtime_pooling_allocation_config_total_tables_set(pool, settings.Slots);
            wasmtime_pooling_allocation_config_max_unused_warm_slots_set(pool, settings.Slots);
            wasmtime_pooling_allocation_config_max_memory_size_set(pool, size);
            wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(pool, settings.KeepResident);
            wasmtime_pooling_allocation_strategy_set(configuration, pool);
            wasmtime_pooling_allocation_config_delete(pool);
        }

        return configuration;
    }

    private void Define(
        ReadOnlySpan<byte> name, int parameters, int results, delegate* unmanaged[Cdecl]<nint, nint, WasmValue*, nuint, nint> function)
    {
        WasmVector taken = Integers(parameters), given = Integers(results);
        nint type = wasm_functype_new(ref taken, ref given);
        ReadOnlySpan<byte> module = "host"u8;
        fixed (byte* moduleText = module, nameText = name)
        {
            nuint moduleLength = (nuint)module.Length, nameLength = (nuint)name.Length;
            WasmtimeException.ThrowIf(
                wasmtime_linker_define_func_unchecked(_linker, moduleText, moduleLength, nameText, nameLength, type, function, 0, 0));
        }

        wasm_functype_delete(type);
    }

    private static WasmVector Integers(int count)
    {
        nint* types = stackalloc nint[count];
        for (int i = 0; i < count; i++) types[i] = wasm_valtype_new(WASM_I32);
        wasm_valtype_vec_new(out WasmVector vector, (nuint)count, types);
        return vector;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint AddOnHost(nint environment, nint caller, WasmValue* values, nuint count)
    {
        values[0].I32 = values[0].I32 + values[1].I32;
        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Spinning(nint environment, nint caller, WasmValue* values, nuint count)
    {
        _whenSpinning?.Invoke();
        return 0;
    }
}
