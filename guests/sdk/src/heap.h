#ifndef SDK_HEAP_H
#define SDK_HEAP_H

#include <sandbox/heap.h>

// Makes [start, start + size) the heap, all of it one free block; `start` is 16-byte aligned. Only the first page is touched.
void guest_heap_begin(void *start, size_t size);

#endif
