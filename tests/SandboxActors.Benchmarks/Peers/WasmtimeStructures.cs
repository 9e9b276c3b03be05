using System.Runtime.InteropServices;

namespace SandboxActors.Benchmarks.Peers;

/// <summary><c>wasm_byte_vec_t</c>.</summary>
internal unsafe struct WasmBytes
{
    public nuint Size;
    public byte* Data;
}

/// <summary><c>wasm_valtype_vec_t</c>.</summary>
internal struct WasmVector
{
    public nuint Size;
    public nint Data;
}

/// <summary>
/// <c>wasmtime_memory_t</c>: which store, and which thing in it. <c>wasmtime_instance_t</c> and <c>wasmtime_func_t</c> are its first two words.
/// </summary>
internal struct WasmItem
{
    public ulong Store;
    public ulong Owner;
    public ulong Index;
}

/// <summary><c>wasmtime_extern_t</c>, with room for the largest of its kinds.</summary>
[StructLayout(LayoutKind.Explicit, Size = 40)]
internal struct WasmExtern
{
    [FieldOffset(0)]
    public byte Kind;

    [FieldOffset(8)]
    public WasmItem Item;
}

/// <summary><c>wasmtime_val_raw_t</c>: 16 bytes, for the sake of vectors.</summary>
[StructLayout(LayoutKind.Explicit, Size = 16)]
internal struct WasmValue
{
    [FieldOffset(0)]
    public int I32;

    [FieldOffset(0)]
    public long I64;
}
