// Random numbers fit for keys: ChaCha20 over the seed that the host gives, with the key replaced after every block (what was given out cannot
// be found from what the guest holds later). After a restore or fork the host has another seed, and the guest takes it up before the next number:
// two sandboxes that grew from one snapshot never give the same numbers.
#ifndef SANDBOX_RANDOM_H
#define SANDBOX_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void guest_random_bytes(void *destination, size_t length);
uint32_t guest_random_u32(void);
uint64_t guest_random_u64(void);

#endif
