#include "poll.h"
#include "machine.h"
#include "output.h"

#include <sandbox/abi.h>
#include <sandbox/clock.h>

#define LOOKS_BETWEEN_TIMES 16
#define CACHE_LINE 64

static uint8_t *answers(void) { return (uint8_t *)guest_boot->answers.address; }

static void offer(uint32_t *place, uint32_t number)
{
    if (guest_output_move(*place, answers() + GUEST_NEAR_ANSWER_OFFSET, GUEST_NEAR_ANSWER_SIZE) != 0)
        *place = GUEST_IN_ANSWERS | GUEST_NEAR_ANSWER_OFFSET;
    GUEST_WRITES_IN_ORDER();
    *(volatile uint64_t *)(answers() + GUEST_ANSWERED_OFFSET) = (uint64_t)*place << 32 | number;
}

// Whether there is a call behind the one with this number. Its first bytes are looked at too, which has them on their way here as soon as the
// host has written them, and not only when its number has come.
static bool is_there(uint32_t number)
{
    const volatile uint8_t *input = (const volatile uint8_t *)guest_boot->input.address;
    (void)input[0];
    (void)input[CACHE_LINE];
    return guest_boot->call_number != number;
}

// How the two cannot miss each other. The host writes the call and then its number; the guest reads the number and then the call. The guest
// writes the answer and then its word; the host reads the word and then the answer. The processor keeps stores in order, and loads; it may only
// let a load pass an earlier store, which none of this minds.
// A guest that stops looking just as the host writes the number leaves the machine; the host, which learns of that, finds no answer to that call in
// the word, and has the guest run on, to find the call. So the guest need not look once more when it has made up its mind. But it must leave its
// word for every call that it found by looking, also when the host does not want it to look for another one: or the host would take it for one
// that has not seen the call.
bool guest_poll_for_call(uint32_t *place, bool was_found)
{
    if (guest_boot->size <= GUEST_BOOT_SIZE_WITHOUT_POLLING || (guest_boot->poll_counts == 0 && !was_found))
        return false;

    uint32_t number = guest_boot->call_number;
    offer(place, number);
    uint64_t start = guest_timestamp();
    do {
        for (int look = 0; look < LOOKS_BETWEEN_TIMES; look++) {
            if (is_there(number)) {
                GUEST_READS_IN_ORDER();
                return true;
            }
            GUEST_PAUSE();
        }
    } while (guest_timestamp() - start < guest_boot->poll_counts);
    return false;
}
