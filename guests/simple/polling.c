// What an enemy of the host would do while the host believes that it looks for its next call.
#include <sandbox/guest.h>

#include "fault.h"
#include "spin.h"

// Offers an answer to the call in flight to a host that looks for one, as the SDK does when the function has returned. It has not.
static void answer_early(void)
{
    GuestResult answer = return_void();
    *(volatile uint64_t *)(guest_boot->answers.address + GUEST_ANSWERED_OFFSET) = (uint64_t)answer.offset << 32 | guest_boot->call_number;
}

GUEST_FUNCTION(AnswerEarlyAndSpin, Void)
{
    answer_early();
    spin();
}

GUEST_FUNCTION(AnswerEarlyAndFault, Void)
{
    answer_early();
    undefined_instruction();
}

GUEST_FUNCTION(AnswerEarlyAndCallHost, Void, String)
{
    answer_early();
    return HOST_CALL(NULL, arg_string(0)) ? guest_error_from_host() : return_void();
}

// Words and messages without end, in both buffers, for whatever call the host may be waiting for.
__attribute__((noreturn)) static void scribble(void)
{
    for (uint64_t noise = guest_random_u64();; noise = noise * 6364136223846793005u + 1442695040888963407u) {
        volatile uint64_t *buffer = (volatile uint64_t *)(noise >> 63 ? guest_boot->answers.address : guest_boot->output.address);
        buffer[noise >> 40 & 63] = noise;
        *(volatile uint64_t *)(guest_boot->answers.address + GUEST_ANSWERED_OFFSET) =
            (noise >> 32 & 0xFF) << 32 | (guest_boot->call_number + (noise & 1));
    }
}

GUEST_FUNCTION(AnswerEarlyAndScribble, Void)
{
    answer_early();
    scribble();
}

// The word, as it likes, when it returns; the SDK leaves its own after that, if the host looks for one.
GUEST_FUNCTION(ForgeWord, Void, U64)
{
    *(volatile uint64_t *)(guest_boot->answers.address + GUEST_ANSWERED_OFFSET) = arg_u64(0);
    return return_void();
}
