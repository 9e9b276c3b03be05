// The heap: used, kept, filled and damaged.
#include <sandbox/guest.h>

#include "fault.h"

static void *volatile kept; // so that no allocation is optimized away

// The memory is never freed: the caller sees the heap shrink.
GUEST_FUNCTION(CallMalloc, I32, I32)
{
    if (arg_i32(0) < 0)
        return guest_error(GUEST_ERROR_GUEST, "%d is no size", arg_i32(0));
    kept = guest_alloc_or_abort((size_t)arg_i32(0));
    return return_i32(arg_i32(0));
}

GUEST_FUNCTION(MallocAndFree, I32, I32)
{
    if (arg_i32(0) < 0)
        return guest_error(GUEST_ERROR_GUEST, "%d is no size", arg_i32(0));
    void *memory = guest_alloc_or_abort((size_t)arg_i32(0));
    memset(memory, 0xA5, (size_t)arg_i32(0));
    kept = memory;
    free(memory);
    return return_i32(arg_i32(0));
}

// Takes all there is: large blocks as long as they fit, then ever smaller ones.
static void fill_heap(void)
{
    for (size_t size = 1 << 20; size != 0; size /= 2)
        while ((kept = malloc(size)) != NULL)
            ;
}

GUEST_FUNCTION(ExhaustHeap, Void)
{
    fill_heap();
    guest_alloc_or_abort(1);
    return return_void();
}

// What the guest then reports must not need the heap.
GUEST_FUNCTION(FillHeapAndCauseException, Void)
{
    fill_heap();
    undefined_instruction();
}

GUEST_FUNCTION(FillHeapAndFail, Void)
{
    fill_heap();
    return guest_error(GUEST_ERROR_GUEST, "the heap is full, on purpose");
}

GUEST_FUNCTION(FreeTwice, Void)
{
    void *memory = guest_alloc_or_abort(64);
    void *volatile again = memory;
    free(memory);
    free(again);
    return return_void();
}

GUEST_FUNCTION(OverrunHeapBlock, Void)
{
    uint8_t *volatile memory = guest_alloc_or_abort(64);
    memset(memory, 0xFF, 96);
    free(memory);
    return return_void();
}

GUEST_FUNCTION(FreeHeapBytes, U64) { return return_u64(guest_heap_check().free_bytes); }

// A pattern that says where each byte belongs.
static uint8_t pattern(uint64_t index, uint32_t seed) { return (uint8_t)((index * 0x9E3779B1u + seed) >> 7); }

GUEST_FUNCTION(AllocAndWritePattern, U64, U64, U32)
{
    uint8_t *memory = guest_alloc_or_abort(arg_u64(0));
    for (uint64_t i = 0; i < arg_u64(0); i++)
        memory[i] = pattern(i, arg_u32(1));
    return return_u64((uintptr_t)memory);
}

GUEST_FUNCTION(ReadPattern, Bool, U64, U64, U32)
{
    const volatile uint8_t *memory = (const volatile uint8_t *)arg_u64(0);
    for (uint64_t i = 0; i < arg_u64(1); i++)
        if (memory[i] != pattern(i, arg_u32(2)))
            return return_bool(false);
    return return_bool(true);
}
