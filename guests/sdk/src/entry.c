// Where a guest starts, and where it rests between calls.
#include "batch.h"
#include "dispatch.h"
#include "heap.h"
#include "machine.h"
#include "poll.h"
#include "registry.h"

#include <sandbox/failure.h>
#include <sandbox/random.h>

extern uintptr_t __stack_chk_guard;

#ifndef GUEST_NATIVE_TEST
// The host enters here with the stack as if it had been called, and %rdi at the boot information.
__attribute__((noreturn, used, section(".text.guest_entry"))) GUEST_NO_STACK_PROTECTOR void guest_entry(const GuestBootInformation *boot)
{
    // Without a boot information that makes sense there is no buffer to say so in.
    if (boot->magic != GUEST_BOOT_MAGIC || boot->version != GUEST_ABI_VERSION || boot->size < GUEST_BOOT_SIZE_WITHOUT_BATCHES)
        GUEST_STOP();

    guest_boot = boot;

    // A zero byte in the cookie stops string functions, so that an overrun by one of them cannot write the cookie back.
    __stack_chk_guard = guest_random_u64() & ~(uintptr_t)0xFF;

    guest_heap_begin((void *)boot->heap.address, boot->heap.size);
    guest_register_listed_functions();
    guest_run_initializers();

    uint32_t value = boot->size < GUEST_BOOT_SIZE_WITHOUT_POLLING ? 0 : GUEST_TAKES_BATCHES;
    GUEST_OUT(GUEST_PORT_READY, value);
    for (bool found = false;;) {
        uint32_t count = guest_batch_count();
        value = (count == 0 ? guest_serve_call() : guest_serve_batch(count)).offset;
        found = guest_poll_for_call(&value, found);
        if (!found)
            GUEST_OUT(GUEST_PORT_READY, value);
    }
}
#endif
