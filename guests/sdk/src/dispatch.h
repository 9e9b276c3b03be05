// Serving calls of the host.
#ifndef SDK_DISPATCH_H
#define SDK_DISPATCH_H

#include <sandbox/function.h>

#include "wire_reader.h"

// The call being served. One at a time: the host cannot call a guest that waits for it.
typedef struct GuestCurrentCall {
    const GuestFunction *function; // NULL between calls
    size_t message_length;         // bytes that the call's message takes in the input buffer, its prefix included; 0 before the first; in a batch what its mark takes
    WireCall call;
} GuestCurrentCall;

extern GuestCurrentCall guest_current;

// Serves the call at offset 0 of the input buffer, and gives the answer's place.
GuestResult guest_serve_call(void);

// Serves a call that has been found, and gives the answer's place.
GuestResult guest_serve_message(const WireMessage *message);

#endif
