// Serving calls of the host.
#ifndef SDK_DISPATCH_H
#define SDK_DISPATCH_H

#include <sandbox/function.h>

#include "wire_reader.h"

// The call being served. One at a time: the host cannot call a guest that waits for it.
typedef struct GuestCurrentCall {
    const GuestFunction *function; // NULL between calls
    size_t message_length;         // bytes at the start of the input buffer that the call, or the mark of its batch, takes; 0 before the first
    WireCall call;
} GuestCurrentCall;

extern GuestCurrentCall guest_current;

// Serves the call at offset 0 of the input buffer, and gives the answer's place.
GuestResult guest_serve_call(void);

// Serves a call that has been found, and gives the answer's place.
GuestResult guest_serve_message(const WireMessage *message);

#endif
