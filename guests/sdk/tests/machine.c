#include "tests.h"

Machine machine;
HostFunction machine_host_function;
AnswerTaker machine_answer_taker;
uint8_t machine_log[4096];
size_t machine_log_length, machine_log_count;
char machine_spans[4096];

static jmp_buf death;
static bool death_expected;
static int death_code;
static char death_message[512];

void guest_native_out(uint16_t port, uint32_t value);

void check_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, condition);
    exit(1);
}

uint64_t chance(uint64_t limit)
{
    static uint64_t state = 0x2545F4914F6CDD1D; // xorshift64*
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * 0x2545F4914F6CDD1D >> 11) % limit;
}

void machine_begin(size_t input_size, size_t output_size)
{
    machine.input = aligned_alloc(4096, (input_size + 4095) & ~(size_t)4095);
    machine.output = malloc(output_size);
    machine.calls = calloc(1, MACHINE_CALLS_SIZE);
    machine.answers = calloc(1, MACHINE_ANSWERS_SIZE);
    machine.boot = (GuestBootInformation){
        .magic = GUEST_BOOT_MAGIC,
        .version = GUEST_ABI_VERSION,
        .size = sizeof(GuestBootInformation),
        .input = {(uintptr_t)machine.input, input_size},
        .output = {(uintptr_t)machine.output, output_size},
        .log_level = GUEST_LEVEL_INFORMATION,
        .seed_generation = 1,
        .calls = {(uintptr_t)machine.calls, MACHINE_CALLS_SIZE},
        .answers = {(uintptr_t)machine.answers, MACHINE_ANSWERS_SIZE},
    };
    guest_boot = &machine.boot;
    guest_current = (GuestCurrentCall){0};
    guest_output_clear();
}

void machine_end(void)
{
    free(machine.input);
    free(machine.output);
    free(machine.calls);
    free(machine.answers);
}

WireMessage machine_message(uint32_t offset)
{
    WireMessage message;
    CHECK(offset <= machine.boot.output.size);
    CHECK(offset % 16 == 0);
    CHECK(wire_open_message(machine.output + offset, machine.boot.output.size - offset, &message));
    return message;
}

static void serve_host_call(uint32_t offset)
{
    WireMessage message = machine_message(offset);
    WireCall call;
    WireWriter answer;
    CHECK(wire_read_call(&message, &call));

    size_t start = (guest_current.message_length + 15) & ~(size_t)15;
    wire_begin(&answer, machine.input + start, machine.boot.input.size - start);
    machine_host_function(&call, &answer);
    CHECK(wire_finish(&answer));
}

static void note_span(uint32_t offset)
{
    WireMessage message = machine_message(offset);
    WireCall call;
    CHECK(wire_read_call(&message, &call));
    CHECK(call.result_type == GuestTypeVoid);
    size_t used = strlen(machine_spans), room = sizeof machine_spans - used;
    used += (size_t)snprintf(machine_spans + used, room, "%s", call.name.text);
    for (size_t i = 0; i < call.parameter_count; i++) {
        const GuestValue *value = &call.parameters[i];
        CHECK(used < sizeof machine_spans);
        room = sizeof machine_spans - used;
        if (value->type == GuestTypeString)
            used += (size_t)snprintf(machine_spans + used, room, " %s", value->string.text);
        else
            used += (size_t)snprintf(machine_spans + used, room, " %s:%llx", guest_type_name(value->type), (unsigned long long)value->u64);
    }
    CHECK(used + 1 < sizeof machine_spans);
    strcpy(machine_spans + used, "\n");
}

void guest_native_out(uint16_t port, uint32_t value)
{
    WireMessage message;
    WireResult result;
    switch (port) {
    case GUEST_PORT_HOST_CALL:
        serve_host_call(value);
        return;
    case GUEST_PORT_LOG:
        message = machine_message(value);
        CHECK(message.end <= sizeof machine_log);
        memcpy(machine_log, machine.output + value, message.end);
        machine_log_length = message.end;
        machine_log_count++;
        return;
    case GUEST_PORT_SPAN:
        note_span(value);
        return;
    case GUEST_PORT_ANSWER:
        machine_answer_taker(value);
        return;
    default:
        CHECK(port == GUEST_PORT_ABORT || port == GUEST_PORT_PANIC);
        message = machine_message(value);
        CHECK(wire_read_result(&message, &result) && result.failed);
        snprintf(death_message, sizeof death_message, "%s", result.message.text);
        death_code = result.error_code;
        if (!death_expected)
            fprintf(stderr, "the guest died: %d %s\n", death_code, death_message);
        CHECK(death_expected);
        longjmp(death, 1);
    }
}

const char *machine_last_words(void (*action)(void), int *code)
{
    death_expected = true;
    if (setjmp(death) == 0) {
        action();
        check_failed(__FILE__, __LINE__, "the guest should have died");
    }
    death_expected = false;
    *code = death_code;
    return death_message;
}

WireResult machine_call(const char *name, GuestType result_type, const GuestValue *parameters, size_t parameter_count)
{
    WireWriter writer;
    WireResult result;
    wire_begin(&writer, machine.input, machine.boot.input.size);
    wire_write_call(&writer, (GuestString){name, strlen(name)}, result_type, parameters, parameter_count);
    CHECK(wire_finish(&writer));

    WireMessage message = machine_message(guest_serve_call().offset);
    CHECK(wire_read_result(&message, &result));
    return result;
}

int main(void)
{
    guest_register_listed_functions();
    guest_run_initializers();
    string_tests();
    format_tests();
    random_tests();
    wire_tests();
    call_tests();
    batch_tests();
    poll_tests();
    span_tests();
    heap_tests();
    printf("The SDK's tests passed.\n");
    return 0;
}
