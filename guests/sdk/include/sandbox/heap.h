// The heap: all the memory that the host has set aside for it. Pointers are 16-byte aligned.
// Damage that the heap notices (a block freed twice, a header or free list overwritten, a pointer that is none of its own) aborts with code 12.
#ifndef SANDBOX_HEAP_H
#define SANDBOX_HEAP_H

#include <stddef.h>

// NULL when exhausted. malloc(0) gives a block of its own.
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *pointer, size_t size); // realloc(p, 0) keeps a smallest block
void free(void *pointer);
void *aligned_alloc(size_t alignment, size_t size); // NULL also if the alignment is no power of two

// Never NULL: where malloc would return it, the guest aborts with code 13, "heap exhausted: N bytes".
void *guest_alloc_or_abort(size_t size);

typedef struct GuestHeapStatistics {
    size_t size;       // bytes of the heap
    size_t free_bytes; // in free blocks, headers included
    size_t largest;    // the most bytes that one malloc would get now
} GuestHeapStatistics;

// Walks the whole heap and checks every block, aborting with code 12 if one is damaged.
GuestHeapStatistics guest_heap_check(void);

#endif
