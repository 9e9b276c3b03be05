// Calls without an exit: the guest looks for the next call for a while, before it rests.
#ifndef SDK_POLL_H
#define SDK_POLL_H

#include <stdbool.h>
#include <stdint.h>

// Offers an answer to a host that looks for it, and looks for the next call as long as the host wants.
//   place      the answer's place; where it is afterwards
//   was_found  whether the call that is answered was found so
//   result     true: the next call is there. False: the guest is to rest, and to offer the same answer by its exit
bool guest_poll_for_call(uint32_t *place, bool was_found);

#endif
