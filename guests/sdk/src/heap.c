// The heap is a row of blocks without gaps, each with a 16-byte header; neighbours find each other by their sizes. Free blocks hang in
// lists by size class, and two free blocks never stand side by side. Finding a block takes a bounded number of steps, but for a last look
// through one class before the heap gives up.
//
// A header is sealed with a check sum over its address, content and a secret, so that a write past the end of a block is noticed when
// the block, or a neighbour of it, is freed or reused.
#include "heap.h"
#include "machine.h"

#include <sandbox/failure.h>
#include <sandbox/memory.h>
#include <sandbox/random.h>

#define HEADER_SIZE sizeof(Block)
#define LEAST_BLOCK 32 // the header, and room for a free block's links

typedef struct Block {
    uint64_t size_and_state; // bytes, header included, a multiple of 16; the state in the low bits; the seal in the top 16
    uint64_t previous_size;  // bytes of the block in front; 0 for the first
} Block;

typedef struct FreeBlock {
    Block block;
    struct FreeBlock *next;
    struct FreeBlock *previous; // NULL for the first of its list
} FreeBlock;

enum { StateFree = 5, StateUsed = 10, StateMask = 15 };

// A class is one size below 128 bytes, and above that an eighth of a power of two; 48-bit sizes have fewer than 352 classes.
#define STEPS 8
#define CLASSES 352

static uint8_t *heap_start;
static uint8_t *heap_end;
static uint64_t secret;
static FreeBlock *lists[CLASSES];
static uint64_t filled[(CLASSES + 63) / 64]; // a bit for each list that is not empty

#define SIZE_MASK (((UINT64_C(1) << 48) - 1) & ~(uint64_t)StateMask)

static size_t size_of(const Block *block) { return block->size_and_state & SIZE_MASK; }
static bool is_free(const Block *block) { return (block->size_and_state & StateMask) == StateFree; }

// Of a header at this address with this content, seal left out; in the top 16 bits.
static uint64_t seal_of(const Block *address, uint64_t size_and_state, uint64_t previous_size)
{
    uint64_t mixed = size_and_state ^ (uintptr_t)address * UINT64_C(0x9E3779B97F4A7C15) ^ secret;
    mixed = (mixed ^ mixed >> 32) * UINT64_C(0xD6E8FEB86659FD93) + previous_size;
    mixed = (mixed ^ mixed >> 29) * UINT64_C(0xFF51AFD7ED558CCD);
    return mixed >> 48 << 48;
}

static void write_header(Block *block, size_t size, int state, size_t previous_size)
{
    uint64_t size_and_state = size | (uint64_t)state;
    block->size_and_state = size_and_state | seal_of(block, size_and_state, previous_size);
    block->previous_size = previous_size;
}

static bool in_heap(const void *pointer) { return (const uint8_t *)pointer >= heap_start && (const uint8_t *)pointer < heap_end; }

// Aborts unless the header is one that this heap wrote here.
static void check_header(const Block *block)
{
    if (!in_heap(block) || ((uintptr_t)block & 15) != 0)
        guest_abort(GUEST_ERROR_ALLOCATOR, "heap damaged: no block can be at %p", (const void *)block);

    uint64_t size_and_state = block->size_and_state & ((UINT64_C(1) << 48) - 1);
    uint64_t seal = block->size_and_state ^ size_and_state;
    uint64_t state = size_and_state & StateMask;
    if (seal != seal_of(block, size_and_state, block->previous_size) || (state != StateFree && state != StateUsed) ||
        size_of(block) < LEAST_BLOCK || size_of(block) > (size_t)(heap_end - (const uint8_t *)block))
        guest_abort(GUEST_ERROR_ALLOCATOR, "heap damaged: the header of the block at %p was overwritten", (const void *)(block + 1));
}

// NULL behind the last.
static Block *next_of(Block *block)
{
    uint8_t *next = (uint8_t *)block + size_of(block);
    if (next == heap_end)
        return NULL;
    check_header((Block *)next);
    if (((Block *)next)->previous_size != size_of(block))
        guest_abort(GUEST_ERROR_ALLOCATOR, "heap damaged: the blocks at %p and %p disagree", (void *)(block + 1), (void *)(next + HEADER_SIZE));
    return (Block *)next;
}

// NULL in front of the first.
static Block *previous_of(Block *block)
{
    if (block->previous_size == 0)
        return NULL;
    Block *previous = (Block *)((uint8_t *)block - block->previous_size);
    check_header(previous);
    return previous;
}

// The class that a free block of this size belongs to.
static unsigned class_of(size_t size)
{
    size_t units = size / 16;
    if (units < STEPS)
        return (unsigned)units;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(units); // at least 3
    return (exponent - 2) * STEPS + (unsigned)(units >> (exponent - 3)) % STEPS;
}

static void link_free(FreeBlock *block)
{
    unsigned class = class_of(size_of(&block->block));
    block->previous = NULL;
    block->next = lists[class];
    if (block->next != NULL)
        block->next->previous = block;
    lists[class] = block;
    filled[class / 64] |= UINT64_C(1) << class % 64;
}

static void unlink_free(FreeBlock *block)
{
    unsigned class = class_of(size_of(&block->block));

    // A link that was overwritten would make this write wherever it points to.
    FreeBlock *next = block->next, *previous = block->previous;
    bool next_fits = next == NULL || (in_heap(next) && next->previous == block);
    bool previous_fits = previous == NULL ? lists[class] == block : in_heap(previous) && previous->next == block;
    if (!next_fits || !previous_fits)
        guest_abort(GUEST_ERROR_ALLOCATOR, "heap damaged: the free block at %p was written to", (void *)(&block->block + 1));

    if (next != NULL)
        next->previous = previous;
    if (previous != NULL)
        previous->next = next;
    else
        lists[class] = next;
    if (lists[class] == NULL)
        filled[class / 64] &= ~(UINT64_C(1) << class % 64);
}

// A free block of at least `size` bytes, or NULL.
static FreeBlock *find_free(size_t size)
{
    unsigned class = class_of(size);

    // In every higher class any block is large enough.
    for (unsigned word = (class + 1) / 64; word < sizeof filled / sizeof *filled; word++) {
        uint64_t candidates = filled[word];
        if (word == (class + 1) / 64)
            candidates &= ~UINT64_C(0) << (class + 1) % 64;
        if (candidates != 0)
            return lists[word * 64 + (unsigned)__builtin_ctzll(candidates)];
    }

    // In the size's own class some may be.
    for (FreeBlock *block = lists[class]; block != NULL; block = block->next) {
        check_header(&block->block);
        if (size_of(&block->block) >= size)
            return block;
    }
    return NULL;
}

// Gives what a used block has beyond `size` bytes back, if it is enough for a block.
static void trim(Block *block, size_t size)
{
    size_t rest_size = size_of(block) - size;
    if (rest_size < LEAST_BLOCK)
        return;

    Block *next = next_of(block);
    Block *rest = (Block *)((uint8_t *)block + size);
    if (next != NULL && is_free(next)) {
        unlink_free((FreeBlock *)next);
        rest_size += size_of(next);
        next = next_of(next);
    }
    write_header(block, size, StateUsed, block->previous_size);
    write_header(rest, rest_size, StateFree, size);
    if (next != NULL)
        write_header(next, size_of(next), is_free(next) ? StateFree : StateUsed, rest_size);
    link_free((FreeBlock *)rest);
}

// The size of a block with room for `size` bytes; 0 if no heap could have it.
static size_t block_size(size_t size)
{
    if (size > (size_t)(heap_end - heap_start))
        return 0;
    size_t whole = guest_round_up(size + HEADER_SIZE, 16);
    return whole < LEAST_BLOCK ? LEAST_BLOCK : whole;
}

// The used block that a pointer given to free or realloc stands for.
static Block *block_of(void *pointer, const char *operation)
{
    Block *block = (Block *)pointer - 1;
    if (!in_heap(block) || ((uintptr_t)pointer & 15) != 0)
        guest_abort(GUEST_ERROR_ALLOCATOR, "%s of %p, which is no pointer of the heap", operation, pointer);
    check_header(block);
    if (is_free(block))
        guest_abort(GUEST_ERROR_ALLOCATOR, "%s of %p, which is free already", operation, pointer);
    return block;
}

void guest_heap_begin(void *start, size_t size)
{
    heap_start = start;
    heap_end = heap_start + (size & ~(size_t)15);
    secret = guest_random_u64();
    memset(lists, 0, sizeof lists);
    memset(filled, 0, sizeof filled);
    if ((size_t)(heap_end - heap_start) < LEAST_BLOCK)
        return;
    write_header((Block *)heap_start, (size_t)(heap_end - heap_start), StateFree, 0);
    link_free((FreeBlock *)heap_start);
}

void *malloc(size_t size)
{
    size_t wanted = block_size(size);
    FreeBlock *found = wanted == 0 ? NULL : find_free(wanted);
    if (found == NULL)
        return NULL;

    check_header(&found->block);
    unlink_free(found);
    write_header(&found->block, size_of(&found->block), StateUsed, found->block.previous_size);
    trim(&found->block, wanted);
    return &found->block + 1;
}

void free(void *pointer)
{
    if (pointer == NULL)
        return;

    Block *block = block_of(pointer, "free");
    Block *next = next_of(block);
    Block *previous = previous_of(block);
    size_t size = size_of(block);
    if (next != NULL && is_free(next)) {
        unlink_free((FreeBlock *)next);
        size += size_of(next);
        next = next_of(next);
    }

    // Marked even where the block merges into another: a second free of the pointer finds the mark.
    write_header(block, size, StateFree, block->previous_size);
    if (previous != NULL && is_free(previous)) {
        unlink_free((FreeBlock *)previous);
        size += size_of(previous);
        block = previous;
        write_header(block, size, StateFree, block->previous_size);
    }
    if (next != NULL)
        write_header(next, size_of(next), is_free(next) ? StateFree : StateUsed, size);
    link_free((FreeBlock *)block);
}

void *calloc(size_t count, size_t size)
{
    size_t total;
    if (__builtin_mul_overflow(count, size, &total))
        return NULL;
    void *pointer = malloc(total);
    return pointer == NULL ? NULL : memset(pointer, 0, total);
}

void *realloc(void *pointer, size_t size)
{
    if (pointer == NULL)
        return malloc(size);

    Block *block = block_of(pointer, "realloc");
    size_t wanted = block_size(size);
    if (wanted == 0)
        return NULL;

    // In place, with the free neighbour if that is needed and enough.
    Block *next = next_of(block);
    if (wanted > size_of(block) && next != NULL && is_free(next) && size_of(block) + size_of(next) >= wanted) {
        Block *behind = next_of(next);
        unlink_free((FreeBlock *)next);
        size_t joined = size_of(block) + size_of(next);
        write_header(block, joined, StateUsed, block->previous_size);
        if (behind != NULL)
            write_header(behind, size_of(behind), is_free(behind) ? StateFree : StateUsed, joined);
    }
    if (wanted <= size_of(block)) {
        trim(block, wanted);
        return pointer;
    }

    void *moved = malloc(size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, pointer, size_of(block) - HEADER_SIZE);
    free(pointer);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        return NULL;
    if (alignment <= 16)
        return malloc(size);

    // Room to move forward to the alignment and to leave a block in front.
    size_t room;
    if (__builtin_add_overflow(size, alignment + LEAST_BLOCK, &room))
        return NULL;
    void *pointer = malloc(room);
    if (pointer == NULL || ((uintptr_t)pointer & (alignment - 1)) == 0) {
        if (pointer != NULL)
            trim((Block *)pointer - 1, block_size(size));
        return pointer;
    }

    Block *front = (Block *)pointer - 1;
    uintptr_t aligned = guest_round_up((uintptr_t)pointer + LEAST_BLOCK, alignment);
    Block *block = (Block *)aligned - 1;
    size_t front_size = (size_t)((uint8_t *)block - (uint8_t *)front);
    size_t rest_size = size_of(front) - front_size;
    Block *next = next_of(front);
    write_header(front, front_size, StateUsed, front->previous_size);
    write_header(block, rest_size, StateUsed, front_size);
    if (next != NULL)
        write_header(next, size_of(next), is_free(next) ? StateFree : StateUsed, rest_size);
    trim(block, block_size(size));
    free(pointer);
    return (void *)aligned;
}

void *guest_alloc_or_abort(size_t size)
{
    void *pointer = malloc(size);
    if (pointer == NULL)
        guest_abort(GUEST_ERROR_MALLOC_FAILED, "heap exhausted: %zu bytes", size);
    return pointer;
}

GuestHeapStatistics guest_heap_check(void)
{
    GuestHeapStatistics statistics = {.size = (size_t)(heap_end - heap_start)};
    if (statistics.size < LEAST_BLOCK)
        return statistics;

    Block *block = (Block *)heap_start;
    check_header(block);
    for (; block != NULL; block = next_of(block)) {
        if (!is_free(block))
            continue;
        size_t size = size_of(block);
        statistics.free_bytes += size;
        if (size - HEADER_SIZE > statistics.largest)
            statistics.largest = size - HEADER_SIZE;
    }
    return statistics;
}
