// Quicksort: comparisons that nobody can predict, and recursion.
#include <sandbox/guest.h>

static void sort(int32_t *values, int64_t low, int64_t high)
{
    while (low < high) {
        int32_t pivot = values[low + (high - low) / 2];
        int64_t left = low, right = high;
        while (left <= right) {
            while (values[left] < pivot)
                left++;
            while (values[right] > pivot)
                right--;
            if (left <= right) {
                int32_t value = values[left];
                values[left++] = values[right];
                values[right--] = value;
            }
        }

        // The smaller part by recursion, so that the stack stays shallow.
        if (right - low < high - left) {
            sort(values, low, right);
            low = left;
        } else {
            sort(values, left, high);
            high = right;
        }
    }
}

// Parameters: how many numbers, and the seed of the generator x * 1664525 + 1013904223 that makes them. Result: the sum of number times place, in order.
GUEST_FUNCTION(Sort, U64, I32, U32)
{
    int64_t count = arg_i32(0);
    uint32_t state = arg_u32(1);
    int32_t *values = malloc((size_t)count * sizeof *values);
    if (!values)
        return guest_error(1, "no room for %d numbers", (int)count);
    for (int64_t i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        values[i] = (int32_t)state;
    }

    sort(values, 0, count - 1);
    uint64_t sum = 0;
    for (int64_t i = 0; i < count; i++)
        sum += (uint64_t)(int64_t)values[i] * (uint64_t)(i + 1);
    free(values);
    return return_u64(sum);
}
