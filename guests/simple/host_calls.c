// Functions that call the host.
#include <sandbox/guest.h>

#include "spin.h"

GUEST_FUNCTION(Add, I32, I32, I32)
{
    int32_t sum;
    return HOST_CALL(&sum, "HostAdd", arg_i32(0), arg_i32(1)) ? guest_error_from_host() : return_i32(sum);
}

GUEST_FUNCTION(CallGivenParamlessHostFuncThatReturnsI64, I64, String)
{
    int64_t answer;
    return HOST_CALL(&answer, arg_text(0)) ? guest_error_from_host() : return_i64(answer);
}

GUEST_FUNCTION(CallHostExpectError, Void, String)
{
    if (HOST_CALL(NULL, arg_text(0)) == 0)
        return guest_error(GUEST_ERROR_GUEST, "host function %s succeeded", arg_string(0));
    return return_void();
}

GUEST_FUNCTION(CallHostSpin, Void) { return HOST_CALL(NULL, "Spin") ? guest_error_from_host() : return_void(); }

// For ever, or until the host function fails.
GUEST_FUNCTION(HostCallLoop, Void, String)
{
    while (HOST_CALL(NULL, arg_text(0)) == 0)
        ;
    return guest_error_from_host();
}

GUEST_FUNCTION(CallHostThenSpin, Void, String)
{
    if (HOST_CALL(NULL, arg_text(0)))
        return guest_error_from_host();
    spin();
}

// Calls name(String) -> I32 with the parameter behind a greeting.
static GuestResult call_with_text(const char *name, const char *greeting)
{
    int32_t answer;
    size_t size = strlen(greeting) + arg_string_length(0) + 1;
    char *text = guest_alloc_or_abort(size);
    snprintf(text, size, "%s%s", greeting, arg_string(0));
    int code = HOST_CALL(&answer, name, text);
    free(text);
    return code != 0 ? guest_error_from_host() : return_i32(answer);
}

GUEST_FUNCTION(CallErrorMethod, I32, String) { return call_with_text("ErrorMethod", "Error From Host: "); }
GUEST_FUNCTION(GuestMethod, I32, String) { return call_with_text("HostMethod", "Hello from GuestFunction, "); }
GUEST_FUNCTION(GuestMethod1, I32, String) { return call_with_text("HostMethod1", "Hello from GuestFunction1, "); }
GUEST_FUNCTION(GuestMethod2, I32, String) { return call_with_text("HostMethod1", "Hello from GuestFunction2, "); }
GUEST_FUNCTION(GuestMethod3, I32, String) { return call_with_text("HostMethod1", "Hello from GuestFunction3, "); }

GUEST_FUNCTION(GuestMethod4, Void)
{
    return HOST_CALL(NULL, "HostMethod4", "Hello from GuestFunction4") ? guest_error_from_host() : return_void();
}

GUEST_FUNCTION(CallHostWithThirtyTwo, I32)
{
    int32_t sum;
    if (HOST_CALL(&sum, "HostSumOfThirtyTwo", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
                  28, 29, 30, 31, 32))
        return guest_error_from_host();
    return return_i32(sum);
}

// A value to the host function HostEcho<type> and back.
#define ROUND_TRIP(suffix, type, c_type, argument, answer_with)                                              \
    GUEST_FUNCTION(RoundTripHost##suffix, type, type)                                                        \
    {                                                                                                        \
        c_type answer;                                                                                       \
        return HOST_CALL(&answer, "HostEcho" #suffix, argument) ? guest_error_from_host() : answer_with;     \
    }

ROUND_TRIP(I32, I32, int32_t, arg_i32(0), return_i32(answer))
ROUND_TRIP(U32, U32, uint32_t, arg_u32(0), return_u32(answer))
ROUND_TRIP(I64, I64, int64_t, arg_i64(0), return_i64(answer))
ROUND_TRIP(U64, U64, uint64_t, arg_u64(0), return_u64(answer))
ROUND_TRIP(F32, F32, float, arg_f32(0), return_f32(answer))
ROUND_TRIP(F64, F64, double, arg_f64(0), return_f64(answer))
ROUND_TRIP(Bool, Bool, bool, arg_bool(0), return_bool(answer))
ROUND_TRIP(String, String, GuestString, arg_text(0), return_string_n(answer.text, answer.length))
ROUND_TRIP(VecBytes, Bytes, GuestBytes, arg_bytes(0), return_bytes(answer.data, answer.length))

GUEST_FUNCTION(RoundTripHostNoOp, Void) { return HOST_CALL(NULL, "HostEchoNoOp") ? guest_error_from_host() : return_void(); }

// The answer is encoded first, and the host called behind it: it must come through unchanged.
GUEST_FUNCTION(AnswerThenCallHost, String, String, String)
{
    GuestResult answer = return_string_n(arg_string(0), arg_string_length(0));
    if (HOST_CALL(NULL, arg_text(1)))
        return guest_error_from_host();
    return answer;
}
