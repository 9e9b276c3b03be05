// Functions that give their result item by item.
#include <sandbox/guest.h>

#include "fault.h"

GUEST_FUNCTION(YieldNumbers, Void, I32)
{
    for (int32_t i = 0; i < arg_i32(0); i++)
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
    return return_void();
}

// Says by a host function, too, how far it is: each call is after the yield of that number.
GUEST_FUNCTION(YieldNumbersAndTell, Void, I32)
{
    for (int32_t i = 0; i < arg_i32(0); i++) {
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
        if (HOST_CALL(NULL, "Yielded", i))
            return guest_error_from_host();
    }
    return return_void();
}

GUEST_FUNCTION(YieldForEver, Void)
{
    for (int32_t i = 0;; i++)
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
}

// Does not listen.
GUEST_FUNCTION(YieldWhateverIsSaid, Void)
{
    while (GUEST_YIELD(0) || guest_host_error_code() == 0)
        ;
    return guest_error_from_host();
}

GUEST_FUNCTION(YieldThenFail, Void, I32)
{
    for (int32_t i = 0; i < arg_i32(0); i++)
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
    return guest_error(GUEST_ERROR_GUEST, "after %d items", arg_i32(0));
}

GUEST_FUNCTION(YieldThenFault, Void, I32)
{
    for (int32_t i = 0; i < arg_i32(0); i++)
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
    undefined_instruction();
}

// So many numbers, then a text, which is of another type; and says nothing of what became of it.
GUEST_FUNCTION(YieldNumbersThenText, Void, I32)
{
    for (int32_t i = 0; i < arg_i32(0); i++)
        if (!GUEST_YIELD(i))
            return guest_end_of_stream();
    (void)GUEST_YIELD("text");
    return return_void();
}

// So many arrays of so many bytes, each full of its number.
GUEST_FUNCTION(YieldBytes, Void, I32, U32)
{
    uint32_t size = arg_u32(1);
    uint8_t *bytes = guest_alloc_or_abort(size == 0 ? 1 : size);
    GuestResult answer = return_void();
    for (int32_t i = 0; i < arg_i32(0); i++) {
        memset(bytes, (int)i, size);
        if (!GUEST_YIELD(((GuestBytes){bytes, size}))) {
            answer = guest_end_of_stream();
            break;
        }
    }
    free(bytes);
    return answer;
}

// The parameter, twice.
#define YIELD_TWICE(suffix, type, argument)                                                           \
    GUEST_FUNCTION(YieldTwice##suffix, Void, type)                                                    \
    {                                                                                                 \
        return GUEST_YIELD(argument) && GUEST_YIELD(argument) ? return_void() : guest_end_of_stream(); \
    }

YIELD_TWICE(I32, I32, arg_i32(0))
YIELD_TWICE(U32, U32, arg_u32(0))
YIELD_TWICE(I64, I64, arg_i64(0))
YIELD_TWICE(U64, U64, arg_u64(0))
YIELD_TWICE(F32, F32, arg_f32(0))
YIELD_TWICE(F64, F64, arg_f64(0))
YIELD_TWICE(Bool, Bool, arg_bool(0))
YIELD_TWICE(String, String, arg_text(0))
YIELD_TWICE(VecBytes, Bytes, arg_bytes(0))

// By hand, and wrong: without an item, with two, for another type of answer.
GUEST_FUNCTION(YieldNothing, Void) { return HOST_CALL(&(bool){0}, GUEST_YIELD_FUNCTION) ? guest_error_from_host() : return_void(); }
GUEST_FUNCTION(YieldTwoAtOnce, Void) { return HOST_CALL(&(bool){0}, GUEST_YIELD_FUNCTION, 1, 2) ? guest_error_from_host() : return_void(); }
GUEST_FUNCTION(YieldForANumber, Void) { return HOST_CALL(&(int32_t){0}, GUEST_YIELD_FUNCTION, 1) ? guest_error_from_host() : return_void(); }
