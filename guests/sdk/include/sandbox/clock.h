// Time, as far as a guest knows it: the processor's time stamp counter, which has no relation to the time of day.
#ifndef SANDBOX_CLOCK_H
#define SANDBOX_CLOCK_H

#include <sandbox/abi.h>

static inline uint64_t guest_timestamp(void)
{
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t)high << 32 | low;
}

// Counts in a millisecond; 0 where the host does not know.
static inline uint64_t guest_timestamp_kilohertz(void) { return guest_boot->timestamp_kilohertz; }

// `counts` in nanoseconds; 0 where the host does not know the counter's frequency.
static inline uint64_t guest_timestamp_nanoseconds(uint64_t counts)
{
    uint64_t kilohertz = guest_timestamp_kilohertz();
    if (kilohertz == 0)
        return 0;

    // In two parts, so that no product exceeds 64 bits before a thousand years have passed.
    return counts / kilohertz * 1000000u + counts % kilohertz * 1000000u / kilohertz;
}

#endif
