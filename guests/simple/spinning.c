// Functions that keep the processor.
#include <sandbox/guest.h>

#include "spin.h"

GUEST_FUNCTION(Spin, Void) { spin(); }

// The number of rounds it made.
GUEST_FUNCTION(SpinForMs, U64, U32)
{
    uint64_t kilohertz = guest_timestamp_kilohertz();
    if (kilohertz == 0)
        return guest_error(GUEST_ERROR_GUEST, "the frequency of the time stamp counter is unknown");

    uint64_t start = guest_timestamp(), rounds = 0;
    while (guest_timestamp() - start < arg_u32(0) * kilohertz)
        rounds++;
    return return_u64(rounds);
}
