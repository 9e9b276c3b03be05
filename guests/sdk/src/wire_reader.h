// Reads the FlatBuffers that the host writes into the input buffer. The host is trusted; the reader is not: every offset is tested
// against the message, so that a mistake of either side ends in an error and not in a wild read. Text and bytes stay where they are.
#ifndef SDK_WIRE_READER_H
#define SDK_WIRE_READER_H

#include <sandbox/value.h>

// A message of the input buffer, without its length prefix.
typedef struct WireMessage {
    const uint8_t *body;
    size_t length;
    size_t end; // of the message in memory: the prefix and the body
} WireMessage;

typedef struct WireCall {
    GuestString name; // empty if the call has none
    GuestType result_type;
    size_t parameter_count;
    GuestValue parameters[GUEST_MAXIMUM_PARAMETERS]; // a type that is none of GuestType's has no value
} WireCall;

typedef struct WireResult {
    bool failed;
    GuestValue value;    // unless failed
    int32_t error_code;  // if failed
    GuestString message; // if failed
} WireResult;

// False if the length exceeds the `size` bytes that there are.
bool wire_open_message(const uint8_t *start, size_t size, WireMessage *message);

// False if the message is malformed.
bool wire_read_call(const WireMessage *message, WireCall *call);
bool wire_read_result(const WireMessage *message, WireResult *result);

#endif
