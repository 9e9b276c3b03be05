// Copying by words: nothing but reads and writes. (The guest SDK's memcpy is one repeated string instruction.)
#include <sandbox/guest.h>

// Parameters: how many words of 8 bytes, and how often they are copied, each time with the round added to the first. Result: the sum of the copy's words.
GUEST_FUNCTION(Memcpy, U64, I32, I32)
{
    int64_t words = arg_i32(0);
    if (words < 1)
        return guest_error(1, "%d words cannot be copied", (int)words);
    uint64_t *from = malloc((size_t)words * 8), *to = malloc((size_t)words * 8);
    if (!from || !to) {
        free(from);
        free(to);
        return guest_error(1, "no room for twice %d words", (int)words);
    }
    for (int64_t i = 0; i < words; i++)
        from[i] = (uint64_t)i * 0x9E3779B97F4A7C15;
    for (int32_t round = 0; round < arg_i32(1); round++) {
        from[0] += (uint64_t)round;
        for (int64_t i = 0; i < words; i++) {
            to[i] = from[i];
            __asm__ volatile("" ::: "memory"); // a loop it shall stay
        }
    }

    uint64_t sum = 0;
    for (int64_t i = 0; i < words; i++)
        sum += to[i];
    free(from);
    free(to);
    return return_u64(sum);
}
