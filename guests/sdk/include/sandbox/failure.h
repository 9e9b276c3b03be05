// Ending it: each of these poisons the sandbox, and none returns. A mistake that the caller should hear of is guest_error's matter.
#ifndef SANDBOX_FAILURE_H
#define SANDBOX_FAILURE_H

// For a guest that cannot go on: code 8 and a message.
__attribute__((noreturn, __format__(__printf__, 1, 2))) void guest_panic(const char *format, ...);

// The same with a code of the guest's choice.
__attribute__((noreturn, __format__(__printf__, 2, 3))) void guest_abort(int code, const char *format, ...);

// Panics if the condition does not hold. Always on.
#define GUEST_ASSERT(condition) \
    ((condition) ? (void)0 : guest_panic("%s:%d: %s: assertion failed: %s", __FILE__, __LINE__, __func__, #condition))
#ifndef assert
#define assert(condition) GUEST_ASSERT(condition)
#endif

#endif
