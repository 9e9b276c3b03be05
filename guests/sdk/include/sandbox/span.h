// Spans: parts of a call that show in the trace of whoever called, with their times.
//
//     GuestSpan parse = guest_span_begin("parse");
//     GUEST_SPAN_SET(parse, "rows", rows);
//     guest_span_end(parse);
//
// While nobody listens a span costs a look at one word and nothing else: arguments of GUEST_SPAN_SET are not evaluated. While somebody does,
// each of these leaves the guest once. What is open when the function returns ends with it. The host keeps 128 spans of a call, 32 of them open
// at a time, and 32 attributes of each; names of 64 characters and texts of 256 are kept, and longer ones cut.
#ifndef SANDBOX_SPAN_H
#define SANDBOX_SPAN_H

#include <sandbox/abi.h>
#include <sandbox/value.h>

// A span of this call; 0 is none, and whatever is done with it is nothing.
typedef uint32_t GuestSpan;

// Whether somebody listens to the call in hand.
static inline bool guest_is_traced(void)
{
    return guest_boot->size >= offsetof(GuestBootInformation, is_traced) + sizeof guest_boot->is_traced && guest_boot->is_traced != 0;
}

// Opens a span inside of the latest one that is open, or of the call. Its name is UTF-8; 0 if nobody listens.
GuestSpan guest_span_begin(const char *name);

// Closes it.
void guest_span_end(GuestSpan span);

// Gives it an attribute: a value of any type that GUEST_VALUE takes, but bytes.
#define GUEST_SPAN_SET(span, key, value)                                         \
    do {                                                                         \
        const GuestSpan guest_span_ = (span);                                    \
        if (guest_span_ != 0 && guest_is_traced())                               \
            guest_span_set(guest_span_, (key), GUEST_VALUE(value));              \
    } while (0)

// What GUEST_SPAN_SET stands for.
void guest_span_set(GuestSpan span, const char *key, GuestValue value);

#endif
