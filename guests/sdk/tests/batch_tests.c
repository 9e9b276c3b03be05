// Batches, with the tests as the host.
#include "tests.h"

#define MOST_CALLS 40

static uint8_t payload[MOST_CALLS][4000];
static size_t lengths[MOST_CALLS];
static size_t call_count, taken, taken_since, next_answer, answers_alone;

static void take(const WireMessage *message)
{
    WireResult result;
    CHECK(taken < call_count && wire_read_result(message, &result) && !result.failed);
    CHECK(result.value.type == GuestTypeBytes && result.value.bytes.length == lengths[taken]);
    CHECK(lengths[taken] == 0 || memcmp(result.value.bytes.data, payload[taken], lengths[taken]) == 0);
    taken++;
}

// What the host does whenever the guest has stopped.
static void take_counted_answers(void)
{
    uint32_t count;
    memcpy(&count, machine.answers, sizeof count);
    for (; taken_since < count; taken_since++) {
        WireMessage message;
        CHECK(wire_open_message(machine.answers + next_answer, MACHINE_ANSWERS_SIZE - next_answer, &message));
        take(&message);
        next_answer = (next_answer + message.end + 15) & ~(size_t)15;
    }
}

static void take_answer_alone(uint32_t offset)
{
    take_counted_answers();
    WireMessage message = machine_message(offset);
    take(&message);
    memset(machine.output + offset, 0, message.end);
    answers_alone++;
    taken_since = 0;
    next_answer = 16;
    memset(machine.answers, 0, MACHINE_ANSWERS_SIZE);
}

static void echoes_of_all_sizes(void)
{
    for (int round = 0; round < 2000; round++) {
        size_t position = 0, limit = chance(8) == 0 ? 4000 : 1 + chance(600);
        call_count = 0;
        for (size_t wanted = 2 + chance(MOST_CALLS - 2); call_count < wanted; call_count++) {
            size_t length = chance(limit);
            for (size_t i = 0; i < length; i++)
                payload[call_count][i] = (uint8_t)chance(256);
            GuestValue value = guest_value_bytes((GuestBytes){payload[call_count], length});
            WireWriter writer;
            wire_begin(&writer, machine.calls + position, MACHINE_CALLS_SIZE - position);
            wire_write_call(&writer, (GuestString){"TestBytes", 9}, GuestTypeBytes, &value, 1);
            if (!wire_finish(&writer))
                break;
            lengths[call_count] = length;
            position = (position + writer.length + 15) & ~(size_t)15;
            if (position >= MACHINE_CALLS_SIZE) {
                call_count++;
                break;
            }
        }
        uint32_t count = (uint32_t)call_count, mark = GUEST_BATCH_MARK | count;
        memcpy(machine.input, &mark, sizeof mark);
        CHECK(guest_batch_count() == count);

        taken = taken_since = 0;
        next_answer = 16;
        uint32_t last = guest_serve_batch(count).offset;
        take_counted_answers();
        CHECK(taken == call_count - 1);
        WireMessage message = machine_message(last);
        take(&message);
        memset(machine.calls, 0, MACHINE_CALLS_SIZE);
        memset(machine.answers, 0, MACHINE_ANSWERS_SIZE);
        memset(machine.output + last, 0, message.end);
        CHECK(machine.output[0] == 0 && memcmp(machine.output, machine.output + 1, 4095) == 0);
    }
    CHECK(answers_alone > 100);
}

static void bad_batch(void)
{
    memset(machine.calls, 0xFF, 64);
    guest_serve_batch(2);
}

void batch_tests(void)
{
    int code;
    machine_begin(65536, 4096);
    memset(machine.output, 0, 4096);
    memset(machine.input, 0, 16);
    machine_answer_taker = take_answer_alone;
    CHECK(guest_batch_count() == 0);
    echoes_of_all_sizes();
    CHECK(strcmp(machine_last_words(bad_batch, &code), "call 0 of a batch exceeds its buffer") == 0 && code == 8);
    machine_end();
}
