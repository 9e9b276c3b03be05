using System.Text;
using static SandboxActors.Benchmarks.Peers.WasmtimeLibrary;

namespace SandboxActors.Benchmarks.Peers;

/// <summary>What Wasmtime says when it refuses, or when a guest traps.</summary>
internal sealed unsafe class WasmtimeException(string message, bool interrupted = false) : Exception(message)
{
    /// <summary>Whether the guest was killed.</summary>
    public bool Interrupted { get; } = interrupted;

    /// <summary>Throws what an operation returned, and frees it.</summary>
    public static void ThrowIf(nint error, nint trap = 0)
    {
        if ((error | trap) != 0) Throw(error, trap);
    }

    private static void Throw(nint error, nint trap)
    {
        WasmBytes message;
        bool interrupted = false;
        if (error != 0)
        {
            wasmtime_error_message(error, out message);
            wasmtime_error_delete(error);
        }
        else
        {
            wasm_trap_message(trap, out message);
            interrupted = wasmtime_trap_code(trap, out byte code) && code == WASMTIME_TRAP_CODE_INTERRUPT;
            wasm_trap_delete(trap);
        }

        string text = Encoding.UTF8.GetString(message.Data, (int)message.Size);
        wasm_byte_vec_delete(ref message);
        throw new WasmtimeException(text, interrupted);
    }
}
