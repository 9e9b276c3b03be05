#include <sandbox/guest.h>

// A span with an attribute of every type, and inside of it another one, in which the host is called.
GUEST_FUNCTION(TraceWork, I32, I32)
{
    int32_t sum = 0;
    GuestSpan work = guest_span_begin("work");
    GUEST_SPAN_SET(work, "i32", -1);
    GUEST_SPAN_SET(work, "u32", 2u);
    GUEST_SPAN_SET(work, "i64", INT64_MIN);
    GUEST_SPAN_SET(work, "u64", UINT64_MAX);
    GUEST_SPAN_SET(work, "f64", 0.5);
    GUEST_SPAN_SET(work, "bool", (bool)true);
    GUEST_SPAN_SET(work, "text", "words");
    GuestSpan step = guest_span_begin("step");
    int failed = HOST_CALL(&sum, "HostAdd", arg_i32(0), 1);
    guest_span_end(step);
    guest_span_end(work);
    return failed ? guest_error_from_host() : return_i32(sum);
}

// Whether the host said that somebody listens.
GUEST_FUNCTION(IsTraced, Bool) { return return_bool(guest_is_traced()); }

// Opens spans, gives each attributes, and closes those that are to be closed.
GUEST_FUNCTION(TraceMuch, Void, U32, U32, Bool)
{
    for (uint32_t i = 0; i < arg_u32(0); i++) {
        GuestSpan span = guest_span_begin("one of many");
        for (uint32_t k = 0; k < arg_u32(1); k++) {
            char key[32];
            snprintf(key, sizeof key, "key%u", k);
            GUEST_SPAN_SET(span, key, k);
        }
        if (arg_bool(2))
            guest_span_end(span);
    }
    return return_void();
}

// A span with a name and a text of the caller's, both as they are.
GUEST_FUNCTION(TraceText, Void, String, String)
{
    GuestSpan span = guest_span_begin(arg_string(0));
    GUEST_SPAN_SET(span, arg_string(0), arg_string(1));
    return return_void();
}

// A text that is no UTF-8 from an author who did not look.
GUEST_FUNCTION(TraceBrokenText, Void)
{
    GUEST_SPAN_SET(guest_span_begin("broken \xC3("), "text", "\xC3(");
    return return_void();
}

// What no span has as its number.
GUEST_FUNCTION(TraceMadeUp, Void, U32)
{
    GUEST_SPAN_SET(arg_u32(0), "key", 1);
    guest_span_end(arg_u32(0));
    return return_void();
}

GUEST_FUNCTION(TraceThenDie, Void)
{
    guest_span_begin("last");
    guest_panic("in the middle");
}
