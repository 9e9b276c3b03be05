// Items of a stream: calls of a host function whose name is the host's own.
#include <sandbox/host.h>
#include <sandbox/stream.h>

bool guest_yield(GuestValue item)
{
    bool goes_on = false;
    const GuestValue values[] = {guest_value_text(GUEST_YIELD_FUNCTION), item};
    return guest_host_call(GuestTypeBool, &goes_on, values, 2) == 0 && goes_on;
}

GuestResult guest_end_of_stream(void) { return guest_host_error_code() != 0 ? guest_error_from_host() : return_void(); }
