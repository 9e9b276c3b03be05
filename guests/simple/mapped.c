// Memory at addresses that the host program names.
#include <sandbox/guest.h>

GUEST_FUNCTION(ReadMappedBuffer, Bytes, U64, U64) { return return_bytes((const void *)arg_u64(0), arg_u64(1)); }

GUEST_FUNCTION(WriteMappedBuffer, Bool, U64, U64)
{
    volatile uint8_t *memory = (volatile uint8_t *)arg_u64(0);
    for (uint64_t i = 0; i < arg_u64(1); i++)
        memory[i] = 0;
    return return_bool(true);
}

// Calls what stands there; the length says how much of it is code.
GUEST_FUNCTION(ExecMappedBuffer, Bool, U64, U64)
{
    if (arg_u64(1) == 0)
        return guest_error(GUEST_ERROR_GUEST, "no code to execute");
    // A function that the host wrote may change what any function may change.
    __asm__ volatile("call *%0" : : "r"(arg_u64(0)) : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "memory", "cc");
    return return_bool(true);
}

// True if a byte can be read; where it can't, the guest faults.
GUEST_FUNCTION(CheckMapped, Bool, U64)
{
    (void)*(const volatile uint8_t *)arg_u64(0);
    return return_bool(true);
}

GUEST_FUNCTION(ReadFromUserMemory, Bytes, U64, Bytes)
{
    const void *memory = (const void *)arg_u64(0);
    GuestBytes expected = arg_bytes(1);
    if (memcmp(memory, expected.data, expected.length) != 0)
        return guest_error(GUEST_ERROR_GUEST, "the %zu bytes at %p are not those expected", expected.length, memory);
    return return_bytes(memory, expected.length);
}
