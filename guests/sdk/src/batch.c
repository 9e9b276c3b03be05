#include "batch.h"
#include "dispatch.h"
#include "machine.h"
#include "output.h"

#include <sandbox/failure.h>

static uint32_t answer_count; // in the buffer of answers
static size_t answers_end;

uint32_t guest_batch_count(void)
{
    uint32_t prefix = *(const volatile uint32_t *)guest_boot->input.address;
    return (prefix & GUEST_BATCH_MARK) == 0 ? 0 : prefix & ~GUEST_BATCH_MARK;
}

static void begin_answers(void)
{
    answer_count = 0;
    answers_end = GUEST_ANSWERS_HEADER;
}

// Moves an answer from the output buffer behind those that are there already. False if it does not fit, or is not whole.
static bool move_answer(uint32_t offset)
{
    uint8_t *answers = (uint8_t *)guest_boot->answers.address;
    size_t length = guest_output_move(offset, answers + answers_end, guest_boot->answers.size - answers_end);
    if (length == 0)
        return false;

    answers_end = guest_round_up(answers_end + length, GUEST_BATCH_ALIGNMENT);

    // The host may look at any moment, and what is counted must be there.
    GUEST_WRITES_IN_ORDER();
    *(volatile uint32_t *)answers = ++answer_count;
    return true;
}

static void give_answer(uint32_t offset)
{
    if (move_answer(offset))
        return;

    // The host takes it where it is, and before it all those in the buffer of answers.
    GUEST_OUT(GUEST_PORT_ANSWER, offset);
    begin_answers();
}

GuestResult guest_serve_batch(uint32_t count)
{
    size_t position = 0;
    size_t size = guest_boot->calls.size;
    guest_current.message_length = GUEST_BATCH_MARK_SIZE;
    begin_answers();
    for (uint32_t i = 0;; i++) {
        WireMessage message;
        if (position > size || !wire_open_message((const uint8_t *)guest_boot->calls.address + position, size - position, &message))
            guest_panic("call %u of a batch exceeds its buffer", i);

        GuestResult answer = guest_serve_message(&message);
        if (i + 1 == count)
            return answer;

        give_answer(answer.offset);
        position = guest_round_up(position + message.end, GUEST_BATCH_ALIGNMENT);
    }
}
