// Functions that end the guest on purpose.
#include <sandbox/guest.h>

GUEST_FUNCTION(guest_panic, Void, String) { guest_panic("%s", arg_string(0)); }
GUEST_FUNCTION(GuestAbortWithCode, Void, I32) { guest_abort(arg_i32(0), "%s", ""); }
GUEST_FUNCTION(GuestAbortWithMessage, Void, I32, String) { guest_abort(arg_i32(0), "%s", arg_string(1)); }
