// The sieve of Eratosthenes: writes with large strides.
#include <sandbox/guest.h>

// Parameter: the limit. Result: how many primes there are up to it.
GUEST_FUNCTION(Sieve, I32, I32)
{
    int64_t limit = arg_i32(0);
    uint8_t *is_composite = calloc((size_t)limit + 1, 1);
    if (!is_composite)
        return guest_error(1, "no room for a sieve up to %d", (int)limit);
    int32_t primes = 0;
    for (int64_t i = 2; i <= limit; i++) {
        if (is_composite[i])
            continue;
        primes++;
        for (int64_t multiple = i * i; multiple <= limit; multiple += i)
            is_composite[multiple] = 1;
    }

    free(is_composite);
    return return_i32(primes);
}
