#ifndef SDK_HOST_CALL_H
#define SDK_HOST_CALL_H

#include "wire_writer.h"

// Sends the call that the writer has made, and reads the answer into *result. 0 or the error's code, as HOST_CALL.
int guest_send_host_call(WireWriter *writer, const char *name, GuestType result_type, void *result);

#endif
