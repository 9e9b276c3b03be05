using System.Runtime.InteropServices;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>
/// What is used of Wasmtime's C API, under its own names. It is called past the .NET package's own classes, which cannot instantiate ahead
/// (<c>wasmtime_linker_instantiate_pre</c>) and add some 8 us to each instance. Handles are bare pointers: counting references to a safe one would
/// cost as much as a call does.
/// </summary>
internal static unsafe partial class WasmtimeLibrary
{
    public const byte WASM_I32 = 0;
    public const byte WASMTIME_OPT_LEVEL_SPEED = 1;
    public const byte WASMTIME_TRAP_CODE_INTERRUPT = 10;

    private const string Library = "wasmtime";

    [LibraryImport(Library)]
    public static partial nint wasm_config_new();

    [LibraryImport(Library)]
    public static partial void wasmtime_config_cranelift_opt_level_set(nint config, byte level);

    [LibraryImport(Library)]
    public static partial void wasmtime_config_epoch_interruption_set(nint config, [MarshalAs(UnmanagedType.U1)] bool on);

    [LibraryImport(Library)]
    public static partial void wasmtime_config_memory_init_cow_set(nint config, [MarshalAs(UnmanagedType.U1)] bool on);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_strategy_set(nint config, nint pool);

    [LibraryImport(Library)]
    public static partial nint wasmtime_pooling_allocation_config_new();

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_delete(nint pool);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_total_core_instances_set(nint pool, uint count);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_total_memories_set(nint pool, uint count);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_total_tables_set(nint pool, uint count);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_max_unused_warm_slots_set(nint pool, uint count);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_max_memory_size_set(nint pool, nuint bytes);

    [LibraryImport(Library)]
    public static partial void wasmtime_pooling_allocation_config_linear_memory_keep_resident_set(nint pool, nuint bytes);

    [LibraryImport(Library)]
    public static partial nint wasm_engine_new_with_config(nint config);

    [LibraryImport(Library)]
    public static partial void wasm_engine_delete(nint engine);

    [LibraryImport(Library)]
    public static partial void wasmtime_engine_increment_epoch(nint engine);

    [LibraryImport(Library)]
    public static partial nint wasmtime_wat2wasm(byte* text, nuint length, out WasmBytes wasm);

    [LibraryImport(Library)]
    public static partial nint wasmtime_module_new(nint engine, byte* wasm, nuint length, out nint module);

    [LibraryImport(Library)]
    public static partial void wasmtime_module_delete(nint module);

    [LibraryImport(Library)]
    public static partial nint wasm_valtype_new(byte kind);

    [LibraryImport(Library)]
    public static partial void wasm_valtype_vec_new(out WasmVector vector, nuint count, nint* types);

    [LibraryImport(Library)]
    public static partial nint wasm_functype_new(ref WasmVector parameters, ref WasmVector results);

    [LibraryImport(Library)]
    public static partial void wasm_functype_delete(nint type);

    [LibraryImport(Library)]
    public static partial nint wasmtime_linker_new(nint engine);

    [LibraryImport(Library)]
    public static partial void wasmtime_linker_delete(nint linker);

    [LibraryImport(Library)]
    public static partial nint wasmtime_linker_define_func_unchecked(
        nint linker,
        byte* module,
        nuint moduleLength,
        byte* name,
        nuint nameLength,
        nint type,
        delegate* unmanaged[Cdecl]<nint, nint, WasmValue*, nuint, nint> function,
        nint environment,
        nint finalizer);

    [LibraryImport(Library)]
    public static partial nint wasmtime_linker_instantiate_pre(nint linker, nint module, out nint ahead);

    [LibraryImport(Library)]
    public static partial void wasmtime_instance_pre_delete(nint ahead);

    [LibraryImport(Library)]
    public static partial nint wasmtime_instance_pre_instantiate(nint ahead, nint context, out WasmItem instance, out nint trap);

    [LibraryImport(Library)]
    public static partial nint wasmtime_store_new(nint engine, nint data, nint finalizer);

    [LibraryImport(Library)]
    public static partial nint wasmtime_store_context(nint store);

    [LibraryImport(Library)]
    public static partial void wasmtime_store_delete(nint store);

    [LibraryImport(Library)]
    public static partial void wasmtime_context_set_epoch_deadline(nint context, ulong ticksAhead);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool wasmtime_instance_export_get(nint context, in WasmItem instance, byte* name, nuint length, out WasmExtern item);

    [LibraryImport(Library)]
    public static partial nint wasmtime_func_call_unchecked(nint context, in WasmItem function, WasmValue* values, nuint count, out nint trap);

    [LibraryImport(Library)]
    public static partial byte* wasmtime_memory_data(nint context, in WasmItem memory);

    [LibraryImport(Library)]
    public static partial void wasmtime_error_message(nint error, out WasmBytes message);

    [LibraryImport(Library)]
    public static partial void wasmtime_error_delete(nint error);

    [LibraryImport(Library)]
    public static partial void wasm_trap_message(nint trap, out WasmBytes message);

    [LibraryImport(Library)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool wasmtime_trap_code(nint trap, out byte code);

    [LibraryImport(Library)]
    public static partial void wasm_trap_delete(nint trap);

    [LibraryImport(Library)]
    public static partial void wasm_byte_vec_delete(ref WasmBytes bytes);
}
