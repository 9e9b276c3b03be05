// The work that is measured beside other sandboxes: each of them does just this.
#include <sandbox/guest.h>

#define PAGE_SIZE 4096

static int32_t calls;
static uint8_t *pages;

GUEST_FUNCTION(Add, I32, I32, I32) { return return_i32((int32_t)((uint32_t)arg_i32(0) + (uint32_t)arg_i32(1))); }
GUEST_FUNCTION(Echo, String, String) { return return_string_n(arg_string(0), arg_string_length(0)); }

// The first call after a restore gives one.
GUEST_FUNCTION(Count, I32) { return return_i32(++calls); }

GUEST_FUNCTION(AddOnHost, I32, I32, I32)
{
    int32_t sum;
    return HOST_CALL(&sum, "Add", arg_i32(0), arg_i32(1)) ? guest_error_from_host() : return_i32(sum);
}

// Says so, and then keeps the processor for ever. In assembly: the compiler may take a loop without effect for one that ends.
GUEST_FUNCTION(Spin, Void)
{
    if (HOST_CALL(NULL, "Spinning"))
        return guest_error_from_host();
    for (;;)
        __asm__ volatile("");
}

// Takes so many pages from the heap, and fills each: with ones, and its own number, from one up, in its first word.
GUEST_FUNCTION(PreparePages, Void, U32)
{
    uint32_t count = arg_u32(0);
    pages = aligned_alloc(PAGE_SIZE, (size_t)count * PAGE_SIZE);
    if (pages == NULL)
        return guest_error(GUEST_ERROR_MALLOC_FAILED, "the heap has no %u pages", count);
    memset(pages, 1, (size_t)count * PAGE_SIZE);
    for (uint32_t i = 0; i < count; i++)
        *(uint64_t *)(pages + (size_t)i * PAGE_SIZE) = i + 1;
    return return_void();
}

// Adds one to the first word of each of so many pages, that many pages apart. Gives the sum of what stood there. Read and written by one instruction, so
// that a page which is copied when it is written costs one fault and not two.
GUEST_FUNCTION(WritePages, U64, U32, U32)
{
    uint64_t sum = 0;
    uint8_t *page = pages;
    for (uint32_t i = 0; i < arg_u32(0); i++, page += (size_t)arg_u32(1) * PAGE_SIZE)
        sum += __atomic_fetch_add((uint64_t *)page, 1, __ATOMIC_SEQ_CST);
    return return_u64(sum);
}
