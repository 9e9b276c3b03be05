// Functions that give back what they get.
#include <sandbox/guest.h>

GUEST_FUNCTION(Echo, String, String) { return return_string_n(arg_string(0), arg_string_length(0)); }
GUEST_FUNCTION(EchoI32, I32, I32) { return return_i32(arg_i32(0)); }
GUEST_FUNCTION(EchoU32, U32, U32) { return return_u32(arg_u32(0)); }
GUEST_FUNCTION(EchoI64, I64, I64) { return return_i64(arg_i64(0)); }
GUEST_FUNCTION(EchoU64, U64, U64) { return return_u64(arg_u64(0)); }
GUEST_FUNCTION(EchoFloat, F32, F32) { return return_f32(arg_f32(0)); }
GUEST_FUNCTION(EchoDouble, F64, F64) { return return_f64(arg_f64(0)); }
GUEST_FUNCTION(EchoBool, Bool, Bool) { return return_bool(arg_bool(0)); }
GUEST_FUNCTION(NoOp, Void) { return return_void(); }

// Every type in one call, so that a parameter that slips into its neighbour's place is seen.
GUEST_FUNCTION(EchoNine, String, I32, U32, I64, U64, F32, F64, Bool, String, Bytes)
{
    char text[512];
    GuestBytes bytes = arg_bytes(8);
    int length = snprintf(text, sizeof text, "%d %u %lld %llu %.9g %.17g %s %s", arg_i32(0), arg_u32(1), (long long)arg_i64(2),
                          (unsigned long long)arg_u64(3), (double)arg_f32(4), arg_f64(5), arg_bool(6) ? "true" : "false", arg_string(7));
    if (length >= (int)sizeof text)
        return guest_error(GUEST_ERROR_GUEST, "the text is longer than %zu bytes", sizeof text - 1);
    for (size_t i = 0; i < bytes.length && (size_t)length + 4 <= sizeof text; i++)
        length += snprintf(text + length, sizeof text - (size_t)length, " %02x", bytes.data[i]);
    return return_string(text);
}

GUEST_FUNCTION(SumOfThirtyTwo, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32,
               I32, I32, I32, I32, I32, I32, I32, I32, I32, I32, I32)
{
    uint32_t sum = 0; // unsigned: wraps around
    for (size_t i = 0; i < arg_count(); i++)
        sum += (uint32_t)arg_i32(i);
    return return_i32((int32_t)sum);
}
