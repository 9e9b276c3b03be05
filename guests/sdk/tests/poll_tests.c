// Looking for the next call, with the tests as the host that changes its words while the guest looks.
#include "tests.h"

#define LONG UINT64_C(1000000000000)
#define NEAR (GUEST_IN_ANSWERS | GUEST_NEAR_ANSWER_OFFSET)

static int pauses, change_at;
static void (*change)(void);
static uint32_t place;

void guest_native_pause(void)
{
    if (++pauses == change_at)
        change();
}

static void post(void) { machine.boot.call_number++; }
static void stop(void) { machine.boot.poll_counts = 0; }

static uint64_t word(void)
{
    uint64_t value;
    memcpy(&value, machine.answers + GUEST_ANSWERED_OFFSET, sizeof value);
    return value;
}

static bool is_word(uint32_t number) { return word() == ((uint64_t)place << 32 | number); }

// Polls with an answer of so many bytes, prefix included, at a place of the output buffer.
static bool poll(uint32_t at, uint32_t size, bool was_found, uint64_t counts, int changes, void (*what)(void))
{
    uint32_t length = size - 4;
    memset(machine.output, 0, 4096);
    memset(machine.answers, 0, MACHINE_ANSWERS_SIZE);
    if (size != 0) {
        memset(machine.output + at, 0xA5, size);
        memcpy(machine.output + at, &length, sizeof length);
    }
    machine.boot.poll_counts = counts;
    pauses = 0;
    change_at = changes;
    change = what;
    place = at;
    return guest_poll_for_call(&place, was_found);
}

static bool is_near(uint32_t at, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (machine.output[at + i] != 0 || (i >= 4 && machine.answers[GUEST_NEAR_ANSWER_OFFSET + i] != 0xA5))
            return false;
    return place == NEAR && machine.answers[GUEST_NEAR_ANSWER_OFFSET] == size - 4;
}

static void answers_of_all_sizes(void)
{
    for (uint32_t size = 4; size < 300; size++) {
        CHECK(poll(32, size, false, LONG, 1, post) && is_word(machine.boot.call_number - 1));
        CHECK(size <= GUEST_NEAR_ANSWER_SIZE ? is_near(32, size) : place == 32 && machine.output[32 + size - 1] == 0xA5);
    }

    // What is no answer stays where it is, for the host to see that.
    uint32_t forged = 0xFFFFFFF0;
    CHECK(poll(forged, 0, false, LONG, 1, post) && place == forged);
    CHECK(poll(4092, 0, false, LONG, 1, post) && place == NEAR);
    CHECK(poll(4093, 0, false, LONG, 1, post) && place == 4093);
}

void poll_tests(void)
{
    machine_begin(4096, 4096);

    // Nothing, unless the host wants it and knows it.
    machine.boot.call_number = 7;
    CHECK(!poll(32, 20, false, 0, 0, NULL) && word() == 0 && pauses == 0 && place == 32);
    machine.boot.size = GUEST_BOOT_SIZE_WITHOUT_POLLING;
    CHECK(!poll(32, 20, false, LONG, 0, NULL) && word() == 0 && pauses == 0 && place == 32);
    machine.boot.size = sizeof machine.boot;

    // A call that was found has its word in any case.
    CHECK(!poll(32, 20, true, 0, 0, NULL) && is_near(32, 20) && is_word(7));

    // The next call is found whenever it comes, and the time that the host gives ends.
    for (int at = 1; at < 100; at++) {
        uint32_t number = machine.boot.call_number = at % 3 == 0 ? UINT32_MAX : (uint32_t)at;
        CHECK(poll(16, 20, at % 2 == 0, LONG, at, post) && pauses == at && is_word(number));
    }
    CHECK(!poll(48, 20, false, 100000, 0, NULL) && pauses > 0);

    // A host that changes its mind is heard.
    CHECK(!poll(48, 20, false, LONG, 50, stop) && pauses >= 50 && pauses < 100);
    answers_of_all_sizes();
    machine_end();
}
