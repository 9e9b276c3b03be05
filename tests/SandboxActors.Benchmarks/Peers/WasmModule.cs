using System.Globalization;
using System.Text;
using static SandboxActors.Benchmarks.Peers.WasmtimeLibrary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>The guests for Wasmtime, in WebAssembly's text, and their binaries.</summary>
internal static unsafe class WasmModule
{
    public const int PageSize = 4096;

    /// <summary>Where a text is put before a call of <c>echo</c>.</summary>
    public const int EchoFrom = 0x1_0000;

    /// <summary>Where it stands afterwards.</summary>
    public const int EchoTo = 0x2_0000;

    private const byte DataSection = 11;
    private const int WasmPageSize = 0x1_0000;

    /// <summary>What all peers do, in a memory of 256 KiB.</summary>
    public static byte[] Work { get; } = Compile(
        """
        (module
          (import "host" "add" (func $add_on_host (param i32 i32) (result i32)))
          (import "host" "spinning" (func $spinning))
          (memory (export "memory") 4 4)
          (data (i32.const 0) "\00\00\00\00a guest has something in its memory")
          (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
          (func (export "add_on_host") (param i32 i32) (result i32) (call $add_on_host (local.get 0) (local.get 1)))
          (func (export "echo") (param $length i32) (memory.copy (i32.const 0x20000) (i32.const 0x10000) (local.get $length)))
          (func (export "count") (result i32)
            (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
            (i32.load (i32.const 0)))
          (func (export "spin") (call $spinning) (loop $again (br $again))))
        """);

    /// <summary>
    /// A memory that is filled as <c>PreparePages</c> of the guest <c>peers</c> fills its own, and a function that writes to it as <c>WritePages</c>
    /// does.
    /// </summary>
    /// <param name="size">Of the memory, in bytes: whole pages of 64 KiB.</param>
    public static byte[] Pages(int size)
    {
        byte[] code = Compile(string.Create(CultureInfo.InvariantCulture, $"""
            (module
              (memory {size / WasmPageSize} {size / WasmPageSize})
              (func (export "write_pages") (param $count i32) (param $apart i32) (result i64)
                (local $page i32) (local $sum i64)
                (block $done
                  (br_if $done (i32.eqz (local.get $count)))
                  (loop $next
                    (local.set $sum (i64.add (local.get $sum) (i64.atomic.rmw.add (local.get $page) (i64.const 1))))
                    (local.set $page (i32.add (local.get $page) (i32.mul (local.get $apart) (i32.const {PageSize}))))
                    (br_if $next (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))
                (local.get $sum)))
            """));
        return [.. code, .. DataOf(size)];
    }

    // As a section of the binary, which comes last; as text it would be four times as long.
    private static byte[] DataOf(int size)
    {
        byte[] content = new byte[size];
        Array.Fill(content, (byte)1);
        for (int page = 0; page < size / PageSize; page++) BitConverter.TryWriteBytes(content.AsSpan(page * PageSize), page + 1L);

        byte[] segment = [1, /* one segment */ 0, /* of memory 0 */ 0x41, 0, 0x0B, /* at i32.const 0 */ .. Number(size)];
        return [DataSection, .. Number(segment.Length + size), .. segment, .. content];
    }

    // In LEB128.
    private static List<byte> Number(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return bytes;
    }

    private static byte[] Compile(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        WasmBytes wasm;
        fixed (byte* bytes = utf8) WasmtimeException.ThrowIf(wasmtime_wat2wasm(bytes, (nuint)utf8.Length, out wasm));
        byte[] binary = new ReadOnlySpan<byte>(wasm.Data, (int)wasm.Size).ToArray();
        wasm_byte_vec_delete(ref wasm);
        return binary;
    }
}
