// What the processor holds besides memory, set by one call and looked at by another.
#include <sandbox/guest.h>

// Numbers through all sixteen SSE registers, and a sum that shows that each arrived.
GUEST_FUNCTION(UseSSE2Registers, Bool)
{
    uint64_t sum;
    __asm__ volatile(
        "movq %1, %%xmm0\n\t"
        "movdqa %%xmm0, %%xmm1\n\t"
        "paddq %%xmm0, %%xmm1\n\t"
        "movdqa %%xmm1, %%xmm2\n\t"
        "paddq %%xmm1, %%xmm2\n\t"
        "movdqa %%xmm2, %%xmm3\n\t"
        "paddq %%xmm2, %%xmm3\n\t"
        "movdqa %%xmm3, %%xmm4\n\t"
        "movdqa %%xmm4, %%xmm5\n\t"
        "movdqa %%xmm5, %%xmm6\n\t"
        "movdqa %%xmm6, %%xmm7\n\t"
        "movdqa %%xmm7, %%xmm8\n\t"
        "movdqa %%xmm8, %%xmm9\n\t"
        "movdqa %%xmm9, %%xmm10\n\t"
        "movdqa %%xmm10, %%xmm11\n\t"
        "movdqa %%xmm11, %%xmm12\n\t"
        "movdqa %%xmm12, %%xmm13\n\t"
        "movdqa %%xmm13, %%xmm14\n\t"
        "movdqa %%xmm14, %%xmm15\n\t"
        "paddq %%xmm0, %%xmm15\n\t"
        "movq %%xmm15, %0"
        : "=r"(sum)
        : "r"(UINT64_C(0x0123456789ABCDEF))
        : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
    return return_bool(sum == 9 * UINT64_C(0x0123456789ABCDEF));
}

// No code between two calls uses xmm15, which the compiler takes last: the value stays until a restore takes it away.
GUEST_FUNCTION(SetVectorRegister, Void, U64)
{
    __asm__ volatile("movq %0, %%xmm15" : : "r"(arg_u64(0)));
    return return_void();
}

GUEST_FUNCTION(GetVectorRegister, U64)
{
    uint64_t value;
    __asm__ volatile("movq %%xmm15, %0" : "=r"(value));
    return return_u64(value);
}

// The rounding mode and masks of SSE arithmetic. 0x1F80 at the start; bits that the processor does not have fault.
GUEST_FUNCTION(SetMxcsr, Void, U32)
{
    uint32_t value = arg_u32(0);
    __asm__ volatile("ldmxcsr %0" : : "m"(value));
    return return_void();
}

GUEST_FUNCTION(GetMxcsr, U32)
{
    uint32_t value;
    __asm__ volatile("stmxcsr %0" : "=m"(value));
    return return_u32(value);
}

// The x87 control word. 0x37F at the start.
GUEST_FUNCTION(SetX87ControlWord, Void, U32)
{
    uint16_t value = (uint16_t)arg_u32(0);
    __asm__ volatile("fldcw %0" : : "m"(value));
    return return_void();
}

GUEST_FUNCTION(GetX87ControlWord, U32)
{
    uint16_t value;
    __asm__ volatile("fnstcw %0" : "=m"(value));
    return return_u32(value);
}
