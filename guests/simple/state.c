// A number that outlives calls.
#include <sandbox/guest.h>

static int32_t number;

// Unsigned, so that it wraps around.
static int32_t add(int32_t value) { return number = (int32_t)((uint32_t)number + (uint32_t)value); }

GUEST_FUNCTION(AddToStatic, I32, I32) { return return_i32(add(arg_i32(0))); }
GUEST_FUNCTION(GetStatic, I32) { return return_i32(number); }

GUEST_FUNCTION(SetStatic, Void, I32)
{
    number = arg_i32(0);
    return return_void();
}

GUEST_FUNCTION(AddToStaticAndFail, I32)
{
    add(10);
    return guest_error(GUEST_ERROR_GUEST, "Crash on purpose");
}
