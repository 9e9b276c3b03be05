// Batches: several calls at one entry, their answers at one exit.
#ifndef SDK_BATCH_H
#define SDK_BATCH_H

#include <sandbox/function.h>

// The calls of the batch that the host has handed over; 0 if it is a single call, in the input buffer.
uint32_t guest_batch_count(void);

// Serves the calls of a batch, in order. The place of the last one's answer; those before have been given.
GuestResult guest_serve_batch(uint32_t count);

#endif
