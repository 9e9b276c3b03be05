// Calls from end to end, with the tests as the host.
#include "tests.h"

static int initialized;
GUEST_INITIALIZE(tests) { initialized++; }

GUEST_FUNCTION(TestEcho, String, String) { return return_string_n(arg_string(0), arg_string_length(0)); }
GUEST_FUNCTION(TestBytes, Bytes, Bytes) { return return_bytes(arg_bytes(0).data, arg_bytes(0).length); }
GUEST_FUNCTION(TestFail, Void, I32) { return guest_error(arg_i32(0), "failed with %d \xFF", arg_i32(0)); }
GUEST_FUNCTION(TestWrongType, I32) { return return_f64(1.5); }
GUEST_FUNCTION_NAMED("a name with spaces", test_named, Bool, Bool, F64) { return return_bool(arg_bool(0) && arg_f64(1) == 2.5); }
GUEST_FUNCTION(TestBadIndex, I32, I32) { return return_i32(arg_i32(1)); }
GUEST_FUNCTION(TestBadType, I32, I32) { return return_i32((int32_t)arg_u32(0)); }

GUEST_FUNCTION(TestHost, I64, I64, String)
{
    int64_t answer;
    return HOST_CALL(&answer, "HostFunction", arg_i64(0), arg_text(1), (bool)true, 1.5f) ? guest_error_from_host() : return_i64(answer);
}

GUEST_FUNCTION(TestReserve, Bytes, U32)
{
    uint8_t *bytes = reserve_result_bytes(arg_u32(0));
    for (size_t i = 0; bytes != NULL && i < arg_u32(0); i++)
        bytes[i] = (uint8_t)i;
    return return_reserved_bytes();
}

GUEST_FUNCTION(TestAnswerFirst, String, String)
{
    GuestResult answer = return_string(arg_string(0));
    GUEST_LOG_INFO("behind %s", arg_string(0));
    GUEST_LOG_DEBUG("%s", (check_failed(__FILE__, __LINE__, "evaluated below the level"), ""));
    sdk_printf("printed %s", arg_string(0));
    return answer;
}

GUEST_FUNCTION(TestPrint, I32, String)
{
    int length = sdk_printf("<%s>", arg_string(0));
    return length < 0 ? guest_error_from_host() : return_i32(length);
}

static void answer_sum(const WireCall *call, WireWriter *answer)
{
    CHECK(strcmp(call->name.text, "HostFunction") == 0 && call->result_type == GuestTypeI64 && call->parameter_count == 4);
    CHECK(call->parameters[2].boolean && call->parameters[3].f32 == 1.5f);
    GuestValue value = guest_value_i64(call->parameters[0].i64 + (int64_t)call->parameters[1].string.length);
    wire_write_return(answer, &value);
}

static void answer_error(const WireCall *call, WireWriter *answer)
{
    (void)call;
    wire_begin_error(answer, 4);
    strcpy(wire_open_text(answer), "the host says no");
    wire_close_text(answer, 16);
}

static void answer_another_type(const WireCall *call, WireWriter *answer)
{
    (void)call;
    GuestValue value = guest_value_f64(1);
    wire_write_return(answer, &value);
}

static char printed[100000];
static size_t printed_length, printed_calls;

static void answer_print(const WireCall *call, WireWriter *answer)
{
    CHECK(strcmp(call->name.text, "HostPrint") == 0 && call->parameter_count == 1 && call->parameters[0].type == GuestTypeString);
    GuestString text = call->parameters[0].string;
    memcpy(printed + printed_length, text.text, text.length + 1);

    // Each piece is valid for itself.
    guest_utf8_repair(printed + printed_length, text.length);
    CHECK(memcmp(printed + printed_length, text.text, text.length) == 0);
    printed_length += text.length;
    printed_calls++;
    GuestValue value = guest_value_i32((int32_t)text.length);
    wire_write_return(answer, &value);
}

static void expect_error(WireResult result, int code, const char *message)
{
    CHECK(result.failed && result.error_code == code);
    if (strcmp(result.message.text, message) != 0)
        fprintf(stderr, "'%s'\n", result.message.text);
    CHECK(strcmp(result.message.text, message) == 0);
}

static void refused_calls(void)
{
    GuestValue text = guest_value_text("x"), number = guest_value_i32(5);
    expect_error(machine_call("Nothing", GuestTypeVoid, NULL, 0), 4, "the guest has no function Nothing");
    expect_error(machine_call("TestEch", GuestTypeString, &text, 1), 4, "the guest has no function TestEch");
    expect_error(machine_call("", GuestTypeVoid, NULL, 0), 3, "the call names no function");
    expect_error(machine_call("TestEcho", GuestTypeString, NULL, 0), 5, "function TestEcho takes 1 parameters, not 0");
    expect_error(machine_call("TestEcho", GuestTypeString, &number, 1), 14, "parameter 0 of function TestEcho is String, not I32");
    expect_error(machine_call("TestEcho", GuestTypeI32, &text, 1), 14, "the result of function TestEcho is String, not I32");

    // A type that is nobody's: the tag of the only parameter, patched.
    WireWriter writer;
    WireResult result;
    WireMessage message;
    wire_begin(&writer, machine.input, 4096);
    wire_write_call(&writer, (GuestString){"TestFail", 8}, GuestTypeVoid, &number, 1);
    CHECK(wire_finish(&writer));
    size_t patched = 0;
    for (size_t i = writer.length - 1; i > 8 && patched == 0; i--)
        if (machine.input[i] == GuestTypeI32 && machine.input[i + 1] == 0) {
            machine.input[i] = 77;
            patched = i;
        }
    CHECK(patched != 0 && wire_open_message(machine.output + guest_serve_call().offset, 4096, &message));
    CHECK(wire_read_result(&message, &result));
    expect_error(result, 2, "parameter 0 of function TestFail has unknown type 77");

    // No message at all.
    memset(machine.input, 0xFF, 64);
    CHECK(wire_open_message(machine.output + guest_serve_call().offset, 4096, &message) && wire_read_result(&message, &result));
    CHECK(result.failed && result.error_code == GUEST_ERROR_UNKNOWN);
}

static void bad_index(void)
{
    GuestValue number = guest_value_i32(5);
    machine_call("TestBadIndex", GuestTypeI32, &number, 1);
}

static void bad_type(void)
{
    GuestValue number = guest_value_i32(5);
    machine_call("TestBadType", GuestTypeI32, &number, 1);
}

static void answers(void)
{
    int code;
    GuestValue zeroes = guest_value_string((GuestString){"a\0b\0", 4});
    WireResult result = machine_call("TestEcho", GuestTypeString, &zeroes, 1);
    CHECK(!result.failed && result.value.string.length == 4 && memcmp(result.value.string.text, "a\0b\0", 5) == 0);

    GuestValue pair[2] = {guest_value_bool(true), guest_value_f64(2.5)};
    result = machine_call("a name with spaces", GuestTypeBool, pair, 2);
    CHECK(!result.failed && result.value.boolean);

    GuestValue number = guest_value_i32(99);
    expect_error(machine_call("TestFail", GuestTypeVoid, &number, 1), 99, "failed with 99 ?");
    number = guest_value_i32(0);
    expect_error(machine_call("TestFail", GuestTypeVoid, &number, 1), 15, "failed with 0 ?");
    expect_error(machine_call("TestWrongType", GuestTypeI32, NULL, 0), 14, "function TestWrongType returned F64, and was declared to return I32");
    CHECK(strcmp(machine_last_words(bad_index, &code), "parameter 1 asked for, of 1") == 0 && code == 8);
    CHECK(strcmp(machine_last_words(bad_type, &code), "parameter 0 asked for as U32; it is I32") == 0 && code == 8);
}

// Results around the size of the output buffer: all that fit come through, the others become errors, and nothing is overrun.
static void results_that_do_not_fit(void)
{
    static uint8_t bytes[4096];
    size_t most = 0;
    for (size_t length = 3900; length <= sizeof bytes; length++) {
        GuestValue value = guest_value_bytes((GuestBytes){bytes, length});
        WireResult result = machine_call("TestBytes", GuestTypeBytes, &value, 1);
        if (result.failed)
            CHECK(result.error_code == 15 && strstr(result.message.text, "does not fit the output buffer of 4096 bytes") != NULL);
        else
            most = length;

        GuestValue size = guest_value_u32((uint32_t)length);
        WireResult reserved = machine_call("TestReserve", GuestTypeBytes, &size, 1);
        CHECK(reserved.failed == result.failed);
        CHECK(reserved.failed || (reserved.value.bytes.length == length && reserved.value.bytes.data[length - 1] == (uint8_t)(length - 1)));
    }
    CHECK(most > 4000 && most < 4096);
}

static void host_calls(void)
{
    static char large[5000];
    GuestValue parameters[2] = {guest_value_i64(INT64_C(1) << 40), guest_value_text("four")};
    machine_host_function = answer_sum;
    WireResult result = machine_call("TestHost", GuestTypeI64, parameters, 2);
    CHECK(!result.failed && result.value.i64 == (INT64_C(1) << 40) + 4);

    machine_host_function = answer_error;
    expect_error(machine_call("TestHost", GuestTypeI64, parameters, 2), 17, "the host says no");
    machine_host_function = answer_another_type;
    expect_error(machine_call("TestHost", GuestTypeI64, parameters, 2), 14, "host function HostFunction returned F64, not I64");

    memset(large, 'x', sizeof large - 1);
    parameters[1] = guest_value_text(large);
    expect_error(machine_call("TestHost", GuestTypeI64, parameters, 2), 15,
                 "the call of host function HostFunction does not fit the output buffer of 4096 bytes");
}

static void messages_behind_an_answer(void)
{
    machine_host_function = answer_print;
    printed_length = 0;
    machine_log_count = 0;
    GuestValue text = guest_value_text("the answer");
    WireResult result = machine_call("TestAnswerFirst", GuestTypeString, &text, 1);
    CHECK(!result.failed && strcmp(result.value.string.text, "the answer") == 0);
    CHECK(strcmp(printed, "printed the answer") == 0);
    CHECK(machine_log_count == 1);
    CHECK(memmem(machine_log, machine_log_length, "behind the answer", 18) != NULL);
    CHECK(memmem(machine_log, machine_log_length, "guest_function_TestAnswerFirst", 31) != NULL);
    CHECK(memmem(machine_log, machine_log_length, "call_tests.c", 13) != NULL);
}

// Text larger than the output buffer arrives in pieces that split no character.
static void long_prints(void)
{
    static char text[30000];
    for (size_t length = 0; length + 5 < sizeof text;)
        length += (size_t)sprintf(text + length, "%s", chance(2) == 0 ? "\xE2\x82\xAC" : chance(2) == 0 ? "\xF0\x9F\x98\x80" : "a");
    GuestValue value = guest_value_text(text);
    machine_host_function = answer_print;
    printed_length = printed_calls = 0;
    WireResult result = machine_call("TestPrint", GuestTypeI32, &value, 1);
    CHECK(!result.failed && (size_t)result.value.i32 == strlen(text) + 2);
    CHECK(printed_length == strlen(text) + 2 && printed_calls >= 8 && printed_calls < 12);
    CHECK(printed[0] == '<' && memcmp(printed + 1, text, strlen(text)) == 0 && printed[printed_length - 1] == '>');

    machine_host_function = answer_error;
    expect_error(machine_call("TestPrint", GuestTypeI32, &value, 1), 17, "the host says no");
}

static GuestResult dynamic_body(void) { return return_u32(arg_u32(0) + 1); }
static const uint8_t dynamic_types[] = {GuestTypeU32, GuestTypeU32};
static const uint8_t void_parameter[] = {GuestTypeU32, GuestTypeVoid};
static GuestFunction dynamic[GUEST_MAXIMUM_FUNCTIONS];
static char names[GUEST_MAXIMUM_FUNCTIONS][16];

static void register_void_parameter(void)
{
    static const GuestFunction bad = {"Bad", dynamic_body, void_parameter, 1};
    guest_register_function(&bad);
}

static void functions_added_at_run_time(void)
{
    int code;
    size_t added = 0;
    for (size_t i = 0; i < GUEST_MAXIMUM_FUNCTIONS; i++) {
        sprintf(names[i], "dynamic%zu", i);
        dynamic[i] = (GuestFunction){names[i], dynamic_body, dynamic_types, 1};
        int error = guest_register_function(&dynamic[i]);
        CHECK(error == 0 || error == GUEST_ERROR_TOO_MANY_FUNCTIONS);
        added += error == 0;
    }
    CHECK(added > 450 && added < GUEST_MAXIMUM_FUNCTIONS);
    for (size_t i = 0; i < added; i++) {
        GuestValue value = guest_value_u32((uint32_t)i);
        WireResult result = machine_call(names[i], GuestTypeU32, &value, 1);
        CHECK(!result.failed && result.value.u32 == i + 1);
    }
    CHECK(strstr(machine_last_words(register_void_parameter, &code), "has type 0") != NULL);
    CHECK(code == 8);
}

void call_tests(void)
{
    CHECK(initialized == 1);
    machine_begin(65536, 4096);
    refused_calls();
    answers();
    results_that_do_not_fit();
    host_calls();
    messages_behind_an_answer();
    long_prints();
    functions_added_at_run_time();
    machine_end();
}
