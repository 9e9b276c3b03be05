// Giving a result item by item, to a caller that streams.
//
//     GUEST_FUNCTION(CountTo, Void, I32)
//     {
//         for (int32_t i = 1; i <= arg_i32(0); i++)
//             if (!GUEST_YIELD(i))
//                 return guest_end_of_stream();
//         return return_void();
//     }
#ifndef SANDBOX_STREAM_H
#define SANDBOX_STREAM_H

#include <sandbox/function.h>
#include <sandbox/value.h>

// Hands an item over and waits until there is room for it. True to go on; false if the caller wants no more, or the item could not be handed over
// (the call is no stream, the stream is of another type, the item does not fit the output buffer): guest_host_error_code() then is not 0.
// A guest that yields again though its caller wants no more is ended.
#define GUEST_YIELD(item) guest_yield(GUEST_VALUE(item))

// What GUEST_YIELD stands for.
bool guest_yield(GuestValue item);

// The answer after a yield that was false: void, or the error.
GuestResult guest_end_of_stream(void);

#endif
