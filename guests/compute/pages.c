// Pages that each call writes to: what a restore has to put back.
#include <sandbox/guest.h>

#define PAGE_SIZE 4096

static uint8_t *pages;
static uint32_t page_count;

// Takes pages from the heap, and writes to each.
GUEST_FUNCTION(PreparePages, Void, U32)
{
    free(pages);
    page_count = arg_u32(0);
    pages = aligned_alloc(PAGE_SIZE, (size_t)page_count * PAGE_SIZE);
    if (pages == NULL)
        return guest_error(GUEST_ERROR_MALLOC_FAILED, "the heap has no %u pages", page_count);
    memset(pages, 1, (size_t)page_count * PAGE_SIZE);
    return return_void();
}

// Writes a word to each of the first pages, so many. Gives the sum of what stood there.
GUEST_FUNCTION(WritePages, U64, U32)
{
    if (arg_u32(0) > page_count)
        return guest_error(GUEST_ERROR_GUEST, "there are %u pages", page_count);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < arg_u32(0); i++)
        sum += (*(uint64_t *)(pages + (size_t)i * PAGE_SIZE))++;
    return return_u64(sum);
}
