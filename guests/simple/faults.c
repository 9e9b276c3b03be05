// Functions that the processor must stop.
#include <sandbox/guest.h>

#include "fault.h"

GUEST_FUNCTION(TriggerException, Void) { undefined_instruction(); }

// In assembly: to the compiler a division by zero may mean anything.
GUEST_FUNCTION(DivideByZero, Void)
{
    uint32_t quotient = 1, remainder = 0;
    __asm__ volatile("divl %2" : "+a"(quotient), "+d"(remainder) : "r"(0u));
    return return_void();
}

GUEST_FUNCTION(ExecuteOnHeap, String)
{
    uint8_t *code = guest_alloc_or_abort(16);
    code[0] = 0xC3; // ret
    __asm__ volatile("call *%0" : : "r"(code) : "memory", "cc");
    return return_string("Executed on heap successfully");
}

GUEST_FUNCTION(ReadPrivilegedRegister, U64)
{
    uint64_t value;
    __asm__ volatile("movq %%cr3, %0" : "=r"(value));
    return return_u64(value);
}

GUEST_FUNCTION(WritePageTable, Void, U64)
{
    *(volatile uint64_t *)arg_u64(0) = 0;
    return return_void();
}

__attribute__((noreturn)) static void write_for_ever(volatile uint8_t *memory, uint64_t size)
{
    for (uint64_t i = 0;; i++)
        memory[i % size] = (uint8_t)i;
}

GUEST_FUNCTION(WriteInputBufferForever, Void) { write_for_ever((volatile uint8_t *)guest_boot->input.address, guest_boot->input.size); }

GUEST_FUNCTION(WriteCallsForever, Void) { write_for_ever((volatile uint8_t *)guest_boot->calls.address, guest_boot->calls.size); }

GUEST_FUNCTION(WriteBootInformation, Void)
{
    *(volatile uint64_t *)(uintptr_t)guest_boot = 0;
    return return_void();
}

GUEST_FUNCTION(WriteOwnCode, Void)
{
    *(volatile uint8_t *)(uintptr_t)guest_function_WriteOwnCode = 0xC3;
    return return_void();
}

GUEST_FUNCTION(Breakpoint, Void)
{
    __asm__ volatile("int3");
    return return_void();
}

GUEST_FUNCTION(SystemCall, Void)
{
    __asm__ volatile("syscall" : : "a"(0) : "rcx", "r11", "memory");
    return return_void();
}

GUEST_FUNCTION(Halt, Void)
{
    __asm__ volatile("hlt");
    return return_void();
}

// An exception that only a program which unmasked it can get: number 19.
GUEST_FUNCTION(RaiseFloatingPointException, Void)
{
    uint32_t control = 0x1F80 & ~(1u << 9); // division by zero
    volatile double zero = 0;
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
    volatile double infinity = 1 / zero;
    (void)infinity;
    return return_void();
}
