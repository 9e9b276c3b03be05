// Calling functions of the host.
//
//     int32_t sum;
//     if (HOST_CALL(&sum, "HostAdd", 2, 3)) return guest_error_from_host();
//
// HOST_CALL(result, name, arguments...) returns 0, or the error's code. `result` points to an int32_t, uint32_t, int64_t, uint64_t, float,
// double, bool, GuestString or GuestBytes, which says the type asked for; NULL asks for none. Arguments are what GUEST_VALUE takes, up to 64.
// Text and bytes in the result are in place in the input buffer, and stay until the next call of the host (a printf is one).
#ifndef SANDBOX_HOST_H
#define SANDBOX_HOST_H

#include <sandbox/function.h>
#include <sandbox/map.h>
#include <sandbox/value.h>

#define HOST_CALL(result, ...)                                                                           \
    guest_host_call(GUEST_TYPE_OF_POINTER(result), (result),                                             \
                    (const GuestValue[]){GUEST_MAP(GUEST_VALUE, __VA_ARGS__)}, GUEST_COUNT(__VA_ARGS__))

#define GUEST_TYPE_OF_POINTER(pointer)          \
    _Generic((pointer),                         \
        void *: GuestTypeVoid,                  \
        int *: GuestTypeI32,                    \
        unsigned int *: GuestTypeU32,           \
        long *: GuestTypeI64,                   \
        unsigned long *: GuestTypeU64,          \
        long long *: GuestTypeI64,              \
        unsigned long long *: GuestTypeU64,     \
        float *: GuestTypeF32,                  \
        double *: GuestTypeF64,                 \
        bool *: GuestTypeBool,                  \
        GuestString *: GuestTypeString,         \
        GuestBytes *: GuestTypeBytes)

// What HOST_CALL stands for; for arguments known only at run time. values[0] is the name, `count` counts it.
int guest_host_call(GuestType result_type, void *result, const GuestValue *values, size_t count);

// The last host call's error: 0 and "" if it succeeded. The message stays until the next call of the host.
int guest_host_error_code(void);
const char *guest_host_error_message(void);

// Passes the last host call's error on as the answer: code 17 and the host's message; or, if the call never reached the host because it
// did not fit the output buffer (15) or the host's answer was of the wrong type (14), that code and a message that says so.
GuestResult guest_error_from_host(void);

#endif
